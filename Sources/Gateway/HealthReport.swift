import JSON

/// The body of `/health`.
package struct HealthReport: Equatable, Sendable {
    /// What is wrong, one sentence each; empty: nothing is.
    package var reasons: [String]
    /// Nanoseconds since 1970.
    package var time: Int64
    /// The version of the daemon.
    package var version: String
    /// How long the daemon has been up.
    package var uptimeSeconds: Int
    /// Conversations that are going on.
    package var activeSessions: Int
    /// The agents.
    package var agents: AgentHealth

    /// A report of that moment.
    package init(
        reasons: [String],
        time: Int64,
        version: String,
        uptimeSeconds: Int,
        activeSessions: Int,
        agents: AgentHealth,
    ) {
        self.agents = agents
        self.reasons = reasons
        self.time = time
        self.version = version
        self.uptimeSeconds = uptimeSeconds
        self.activeSessions = activeSessions
    }

    /// The state in the profile's word, or `degraded`.
    func word(_ profile: Profile) -> String { reasons.isEmpty ? profile.healthyWord : "degraded" }

    /// The report as JSON, the state in the profile's word.
    package func body(profile: Profile) -> [UInt8] {
        let isHealthy = reasons.isEmpty
        return JSONWriter.object {
            $0.member("status", word(profile))
            $0.member("timestamp", Timestamp.rfc3339(time))
            $0.member("version", version)
            $0.member("uptime_seconds", uptimeSeconds)
            $0.member("active_sessions", activeSessions)
            $0.member("message", isHealthy ? "all parts work" : reasons.joined(separator: "; "))
            $0.member("reasons", array: { for reason in reasons { $0.element(reason) } })
            $0.member("mcp_connection", object: agents.write)
        }
    }
}
