/// How busy the daemon has been since the record before, as `top` shows it.
package struct TopRecord: Codable, Equatable, Sendable {
    package struct Process: Codable, Equatable, Sendable {
        package var name: String
        package var pid: Int
        package var state: String
        package var requestsPerSecond: Double
        package var inFlight: Int
        /// A worker's clients, a bridge's agents, the store's links.
        package var connections: Int
        /// Of its own, in bytes; nil: it is gone.
        package var memory: Int?

        package init(
            name: String,
            pid: Int,
            state: String,
            requestsPerSecond: Double,
            inFlight: Int,
            connections: Int,
            memory: Int?,
        ) {
            self.name = name
            self.pid = pid
            self.state = state
            self.requestsPerSecond = requestsPerSecond
            self.inFlight = inFlight
            self.connections = connections
            self.memory = memory
        }

        private enum CodingKeys: String, CodingKey {
            case name, pid, state
            case requestsPerSecond = "requests_per_second"
            case inFlight = "in_flight"
            case connections, memory
        }
    }

    package var uptimeSeconds: Int
    package var generation: Int
    package var requestsPerSecond: Double
    /// Milliseconds that half of the answers, 95 and 99 in a hundred did not exceed; nil: there were none.
    package var p50: Double?
    package var p95: Double?
    package var p99: Double?
    package var tokensPerSecond: Double
    package var agents: Int
    package var processes: [Process]

    package init(
        uptimeSeconds: Int,
        generation: Int,
        requestsPerSecond: Double,
        tokensPerSecond: Double,
        agents: Int,
        processes: [Process]
    ) {
        self.uptimeSeconds = uptimeSeconds
        self.generation = generation
        self.requestsPerSecond = requestsPerSecond
        self.tokensPerSecond = tokensPerSecond
        self.agents = agents
        self.processes = processes
    }

    private enum CodingKeys: String, CodingKey {
        case uptimeSeconds = "uptime_seconds"
        case generation
        case requestsPerSecond = "requests_per_second"
        case p50 = "p50_ms"
        case p95 = "p95_ms"
        case p99 = "p99_ms"
        case tokensPerSecond = "tokens_per_second"
        case agents, processes
    }
}
