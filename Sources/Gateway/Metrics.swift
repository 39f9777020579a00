/// What the daemon counts, in Prometheus's text format.
///
///     # TYPE gatehouse_connections gauge
///     gatehouse_connections{process="worker:0"} 12
///
/// - Source: Prometheus, "Exposition formats", text format 0.0.4.
package struct Metrics {
    /// One process of the daemon.
    package struct Process {
        package var name: String
        /// It was replaced, and finishes what it does.
        package var isDraining: Bool
        package var generation: Int
        package var inFlight: Int
        package var connections: Int

        package init(name: String, isDraining: Bool, generation: Int, inFlight: Int, connections: Int) {
            self.name = name
            self.isDraining = isDraining
            self.generation = generation
            self.inFlight = inFlight
            self.connections = connections
        }
    }

    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The configuration in force.
    package let generation: Int
    /// Answered by workers living and dead.
    package let requests: Int
    package let processes: [Process]

    package init(generation: Int, requests: Int, processes: [Process]) {
        self.generation = generation
        self.requests = requests
        self.processes = processes
    }

    package var text: [UInt8] {
        var lines = header("gatehouse_generation", "gauge", "The number of the configuration in force.")
        lines.append("gatehouse_generation \(generation)")
        lines += header("gatehouse_requests_total", "counter", "Requests answered since the daemon started.")
        lines.append("gatehouse_requests_total \(requests)")
        lines += gauge(
            "gatehouse_process_generation",
            "The configuration that a process serves.",
            \.generation
        ) {
            $0.min() ?? 0
        }
        lines += gauge("gatehouse_in_flight", "Requests that are being answered.", \.inFlight)
        lines += gauge("gatehouse_connections", "Clients of a worker, agents of the bridge.", \.connections)
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    private func header(_ name: String, _ kind: String, _ help: String) -> [String] {
        ["# HELP \(name) \(help)", "# TYPE \(name) \(kind)"]
    }

    /// A slot may have several processes, of which all but one are draining: those are one sample together.
    private func gauge(
        _ name: String,
        _ help: String,
        _ value: KeyPath<Process, Int>,
        of several: ([Int]) -> Int = { $0.reduce(0, +) },
    ) -> [String] {
        let samples = Dictionary(grouping: processes) {
            "process=\"\($0.name)\",draining=\"\($0.isDraining)\""
        }
        return header(name, "gauge", help)
            + samples.sorted { $0.key < $1.key }.map { labels, group in
                "\(name){\(labels)} \(several(group.map { $0[keyPath: value] }))"
            }
    }
}
