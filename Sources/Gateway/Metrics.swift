import JSON

/// What the daemon counts: `/metrics`, as Prometheus reads it or as JSON.
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
    package var generation: Int
    /// Answered by workers living and dead.
    package var requests: Int
    package var processes: [Process]
    /// What was counted by model, by workers living and dead.
    package var models: [ModelMetrics]
    /// Usage records that had no place.
    package var usageDropped: Int
    /// Requests whose limits were counted together with others, for want of room.
    package var limitOverflows: Int
    package var uptimeSeconds: Int
    /// Those that live.
    package var sessions = 0

    package init(
        generation: Int,
        requests: Int,
        processes: [Process],
        models: [ModelMetrics] = [],
        usageDropped: Int = 0,
        limitOverflows: Int = 0,
        uptimeSeconds: Int = 0
    ) {
        self.generation = generation
        self.requests = requests
        self.processes = processes
        self.models = models
        self.usageDropped = usageDropped
        self.limitOverflows = limitOverflows
        self.uptimeSeconds = uptimeSeconds
    }

    // MARK: Prometheus

    package var text: [UInt8] {
        var text = MetricsText()
        text.head("gatehouse_generation", "gauge", "The number of the configuration in force.")
        text.sample("gatehouse_generation", generation)
        text.head("gatehouse_uptime_seconds", "gauge", "Since the daemon started.")
        text.sample("gatehouse_uptime_seconds", uptimeSeconds)
        text.head("gatehouse_requests_total", "counter", "Requests answered since the daemon started.")
        text.sample("gatehouse_requests_total", requests)
        write(
            processes: "gatehouse_process_generation",
            "The configuration that a process serves.",
            \.generation,
            to: &text
        ) {
            $0.min() ?? 0
        }
        write(processes: "gatehouse_in_flight", "Requests that are being answered.", \.inFlight, to: &text)
        write(
            processes: "gatehouse_connections",
            "Clients of a worker, agents of the bridge.",
            \.connections,
            to: &text
        )
        write(modelsTo: &text)
        text.head("gatehouse_sessions", "gauge", "Sessions of keys with models.")
        text.sample("gatehouse_sessions", sessions)
        text.head("gatehouse_usage_dropped_total", "counter", "Usage records that had no place.")
        text.sample("gatehouse_usage_dropped_total", usageDropped)
        text.head(
            "gatehouse_limit_overflows_total",
            "counter",
            "Requests whose limits were counted with others'."
        )
        text.sample("gatehouse_limit_overflows_total", limitOverflows)
        return text.bytes
    }

    /// A slot may have several processes, of which all but one are draining: those are one sample together.
    private func write(
        processes name: String,
        _ help: String,
        _ value: KeyPath<Process, Int>,
        to text: inout MetricsText,
        of several: ([Int]) -> Int = { $0.reduce(0, +) },
    ) {
        text.head(name, "gauge", help)
        let samples = Dictionary(grouping: processes) { "\($0.name) \($0.isDraining)" }
        for (_, group) in samples.sorted(by: { $0.key < $1.key }) {
            let labels = [("process", group[0].name), ("draining", "\(group[0].isDraining)")]
            text.sample(name, labels: labels, several(group.map { $0[keyPath: value] }))
        }
    }

    private func write(modelsTo text: inout MetricsText) {
        text.head("gatehouse_answers_total", "counter", "Answers by model and what became of them.")
        for model in models {
            for (result, count) in Self.results(of: model) {
                let labels = [("model", model.name), ("result", result)]
                text.sample("gatehouse_answers_total", labels: labels, count)
            }
        }
        text.head("gatehouse_tokens_total", "counter", "Tokens by model.")
        for model in models {
            for (kind, count) in [("prompt", model.promptTokens), ("completion", model.completionTokens)] {
                text.sample("gatehouse_tokens_total", labels: [("model", model.name), ("kind", kind)], count)
            }
        }
        write(latenciesTo: &text)
    }

    private func write(latenciesTo text: inout MetricsText) {
        let (whole, first) = ("gatehouse_answer_duration_seconds", "gatehouse_time_to_first_token_seconds")
        text.head(whole, "histogram", "From a request to the end of its answer.")
        for model in models { text.histogram(whole, [("model", model.name)], model.total) }
        text.head(first, "histogram", "From a request to the first thing the model said.")
        for model in models where model.first.count > 0 {
            text.histogram(first, [("model", model.name)], model.first)
        }
    }

    private static func results(of model: ModelMetrics) -> [(String, Int)] {
        [
            ("succeeded", model.succeeded), ("refused", model.refused), ("limited", model.limited),
            ("failed", model.failed), ("aborted", model.aborted),
        ]
    }

    // MARK: JSON

    /// The same as one JSON object, with percentiles in milliseconds.
    package var json: [UInt8] {
        JSONWriter.object {
            $0.member("generation", generation)
            $0.member("uptime_seconds", uptimeSeconds)
            $0.member("requests", object: writeRequests)
            $0.member("tokens", object: writeTokens)
            $0.member("sessions", object: { $0.member("active", sessions) })
            $0.member("usage_dropped", usageDropped)
            $0.member("limit_overflows", limitOverflows)
            $0.member(
                "models",
                array: { list in for model in models { list.element(object: { Self.write(model, to: &$0) }) }
                }
            )
            $0.member(
                "processes",
                array: { list in
                    for process in processes { list.element(object: { Self.write(process, to: &$0) }) }
                }
            )
        }
    }

    private func writeRequests(to writer: inout JSONWriter) {
        writer.member("total", requests)
        writer.member("successful", models.reduce(0) { $0 &+ $1.succeeded })
        writer.member("failed", models.reduce(0) { $0 &+ $1.failed })
        writer.member("rate_limited", models.reduce(0) { $0 &+ $1.limited })
    }

    private func writeTokens(to writer: inout JSONWriter) {
        let total = models.reduce(0) { $0 &+ $1.promptTokens &+ $1.completionTokens }
        let answers = models.reduce(0) { $0 &+ $1.first.count }
        writer.member("total_processed", total)
        writer.member("avg_tokens_per_request", answers == 0 ? 0 : Double(total) / Double(answers))
        writer.member("tokens_per_second", uptimeSeconds == 0 ? 0 : Double(total) / Double(uptimeSeconds))
    }

    private static func write(_ model: ModelMetrics, to writer: inout JSONWriter) {
        writer.member("model", model.name)
        for (result, count) in results(of: model) { writer.member(result, count) }
        writer.member("prompt_tokens", model.promptTokens)
        writer.member("completion_tokens", model.completionTokens)
        writer.member("answer_ms", object: { write(model.total, to: &$0) })
        writer.member("first_ms", object: { write(model.first, to: &$0) })
    }

    private static func write(_ latency: ModelMetrics.Latency, to writer: inout JSONWriter) {
        let count = latency.count
        writer.member("count", count)
        writer.member("avg", count == 0 ? nil : latency.sum / Double(count) * 1000)
        writer.member("p50", latency.percentiles.map { $0.p50 * 1000 })
        writer.member("p95", latency.percentiles.map { $0.p95 * 1000 })
        writer.member("p99", latency.percentiles.map { $0.p99 * 1000 })
    }

    private static func write(_ process: Process, to writer: inout JSONWriter) {
        writer.member("process", process.name)
        writer.member("draining", process.isDraining)
        writer.member("generation", process.generation)
        writer.member("in_flight", process.inFlight)
        writer.member("connections", process.connections)
    }
}
