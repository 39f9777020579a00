import JSON
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
                "gatehouse_uptime_seconds 0",
                "gatehouse_requests_total 12",
                #"gatehouse_process_generation{process="worker:0",draining="false"} 3"#,
                #"gatehouse_process_generation{process="worker:0",draining="true"} 1"#,
                #"gatehouse_in_flight{process="worker:0",draining="false"} 1"#,
                #"gatehouse_in_flight{process="worker:0",draining="true"} 5"#,
                #"gatehouse_connections{process="worker:0",draining="false"} 5"#,
                #"gatehouse_connections{process="worker:0",draining="true"} 5"#,
                "gatehouse_sessions 0",
                "gatehouse_usage_dropped_total 0",
                "gatehouse_limit_overflows_total 0",
            ]
        )
    }

    @Test func `a model's answers, tokens and latencies are samples`() throws {
        let text = String(decoding: Self.counted.text, as: UTF8.self)

        for sample in [
            #"gatehouse_answers_total{model="a\"b",result="succeeded"} 3"#,
            #"gatehouse_answers_total{model="a\"b",result="limited"} 1"#,
            #"gatehouse_tokens_total{model="a\"b",kind="completion"} 7"#,
            #"gatehouse_answer_duration_seconds_bucket{model="a\"b",le="0.5"} 1"#,
            #"gatehouse_answer_duration_seconds_bucket{model="a\"b",le="1"} 3"#,
            #"gatehouse_answer_duration_seconds_bucket{model="a\"b",le="+Inf"} 4"#,
            #"gatehouse_answer_duration_seconds_sum{model="a\"b"} 4.5"#,
            #"gatehouse_answer_duration_seconds_count{model="a\"b"} 4"#,
        ] { #expect(text.contains(sample + "\n"), "\(sample)") }
    }

    @Test func `as JSON there are percentiles`() throws {
        let root = try JSONDocument(parsing: Self.counted.json).root
        let model = try #require(root["models"]?.elements.first)

        #expect(root["requests"]?["total"]?.int == 12)
        #expect(root["requests"]?["rate_limited"]?.int == 1)
        #expect(root["tokens"]?["total_processed"]?.int == 12)
        #expect(model["model"]?.string == "a\"b")
        #expect(model["answer_ms"]?["p95"]?.double == 950)
        #expect(model["answer_ms"]?["avg"]?.double == 1125)
        #expect(model["first_ms"]?["p95"]?.isNull == true)
    }

    private static var counted: Metrics {
        var model = ModelMetrics(name: "a\"b")
        (model.succeeded, model.limited, model.promptTokens, model.completionTokens) = (3, 1, 5, 7)
        model.total = ModelMetrics.Latency(
            borders: [0.5, 1],
            counts: [1, 2, 1],
            sum: 4.5,
            percentiles: (0.5, 0.95, 0.99)
        )
        return Metrics(generation: 1, requests: 12, processes: [], models: [model], uptimeSeconds: 2)
    }
}
