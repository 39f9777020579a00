import JSON

/// The body of `/health/deep`: how each part is, and what it has to do.
package struct DeepHealthReport: Sendable {
    /// A process that answers requests or serves those that do.
    package struct Process: Sendable {
        /// `worker:0`, `bridge`, `store`.
        package let name: String
        package let isDraining: Bool
        /// Requests under way.
        package let inFlight: Int
        /// A worker's clients, the bridge's agents.
        package let connections: Int
        /// What hinders it; nil: nothing.
        package let trouble: String?

        /// A process as its row on the board shows it.
        package init(name: String, isDraining: Bool, inFlight: Int, connections: Int, trouble: String?) {
            self.name = name
            self.isDraining = isDraining
            self.inFlight = inFlight
            self.connections = connections
            self.trouble = trouble
        }
    }

    private let health: HealthReport
    private let processes: [Process]
    private let requests: Int
    private let sessionLimit: Int?

    /// A report that adds to the short one; `requests` have been answered since the start.
    package init(_ health: HealthReport, processes: [Process], requests: Int, sessionLimit: Int?) {
        self.health = health
        self.processes = processes
        self.requests = requests
        self.sessionLimit = sessionLimit
    }

    /// The report as JSON, the state in the profile's word.
    package func body(profile: Profile) -> [UInt8] {
        JSONWriter.object {
            $0.member("status", health.word(profile))
            $0.member("timestamp", Timestamp.rfc3339(health.time))
            $0.member("version", health.version)
            $0.member("uptime_seconds", health.uptimeSeconds)
            $0.member("reasons", array: { for reason in health.reasons { $0.element(reason) } })
            $0.member("components", object: { writeComponents(profile, &$0) })
            $0.member(
                "metrics",
                object: {
                    $0.member("requests", requests)
                    $0.member("in_flight", processes.reduce(0) { $0 + $1.inFlight })
                    $0.member("processes", array: { for process in processes { write(process, &$0) } })
                }
            )
        }
    }

    private func writeComponents(_ profile: Profile, _ writer: inout JSONWriter) {
        for (name, role) in [("adapter", "worker"), ("store", "store")] {
            let parts = processes.filter { $0.name.hasPrefix(role) && !$0.isDraining }
            let isWell = !parts.isEmpty && parts.allSatisfy { $0.trouble == nil }
            writer.member(name, object: { $0.member("status", isWell ? profile.healthyWord : "degraded") })
        }
        writer.member("mcp_bridge", object: health.agents.write)
        writer.member(
            "sessions",
            object: {
                $0.member("status", profile.healthyWord)
                $0.member("active", health.activeSessions)
                $0.member("max", sessionLimit)
            }
        )
    }

    private func write(_ process: Process, _ list: inout JSONWriter) {
        list.element(object: {
            $0.member("name", process.name)
            $0.member("state", process.isDraining ? "draining" : "serving")
            $0.member("in_flight", process.inFlight)
            $0.member("connections", process.connections)
            $0.member("trouble", process.trouble)
        })
    }
}
