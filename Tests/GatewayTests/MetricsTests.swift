import Testing

@testable import Gateway

@Suite struct MetricsTests {
    @Test func `every line is a comment or a sample`() {
        let metrics = Metrics(
            generation: 3,
            requests: 12,
            processes: [
                Metrics.Process(
                    name: "worker:0",
                    isDraining: false,
                    generation: 3,
                    inFlight: 1,
                    connections: 5
                ),
                Metrics.Process(
                    name: "worker:0",
                    isDraining: true,
                    generation: 2,
                    inFlight: 2,
                    connections: 2
                ),
                Metrics.Process(
                    name: "worker:0",
                    isDraining: true,
                    generation: 1,
                    inFlight: 3,
                    connections: 3
                ),
            ]
        )
        let samples = String(decoding: metrics.text, as: UTF8.self).split(separator: "\n").filter {
            $0.first != "#"
        }

        #expect(
            samples == [
                "gatehouse_generation 3",
                "gatehouse_requests_total 12",
                #"gatehouse_process_generation{process="worker:0",draining="false"} 3"#,
                #"gatehouse_process_generation{process="worker:0",draining="true"} 1"#,
                #"gatehouse_in_flight{process="worker:0",draining="false"} 1"#,
                #"gatehouse_in_flight{process="worker:0",draining="true"} 5"#,
                #"gatehouse_connections{process="worker:0",draining="false"} 5"#,
                #"gatehouse_connections{process="worker:0",draining="true"} 5"#,
            ]
        )
    }
}
