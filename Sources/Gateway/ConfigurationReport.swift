package import Config
import JSON

/// The body of `/config`: what is in force for whoever asks, null where there is no limit, and no secret.
package struct ConfigurationReport: Sendable {
    private let configuration: Configuration
    private let models: [String]
    private let limits: Configuration.Limits
    private let agents: AgentHealth

    /// A report for a caller who sees these models, in their order, and for whom these limits hold.
    package init(
        _ configuration: Configuration,
        models: [String],
        limits: Configuration.Limits,
        agents: AgentHealth,
    ) {
        self.configuration = configuration
        self.models = models
        self.limits = limits
        self.agents = agents
    }

    /// The report as JSON.
    package var body: [UInt8] {
        JSONWriter.object {
            $0.member("provider", object: writeProvider)
            $0.member("security", object: writeSecurity)
            $0.member("mcp", object: writeBridge)
        }
    }

    private func writeProvider(to writer: inout JSONWriter) {
        let row = models.first.flatMap { configuration.route(for: $0)?.row } ?? Configuration.Model(name: "")
        writer.member("model_name", models.first)
        writer.member("models", array: { for model in models { $0.element(model) } })
        writer.member("max_tokens", row.maxTokens)
        writer.member("temperature", row.temperature)
        writer.member("stream_enabled", true)
    }

    private func writeSecurity(to writer: inout JSONWriter) {
        writer.member("rate_limit_rpm", limits.isEnabled ? limits.requestsPerMinute : nil)
        writer.member("rate_limit_tpm", limits.isEnabled ? limits.tokensPerMinute : nil)
        writer.member("session_ttl_seconds", Int(configuration.sessions.ttl.components.seconds))
        writer.member("max_sessions", configuration.sessions.limit)
    }

    private func writeBridge(to writer: inout JSONWriter) {
        writer.member("connection_status", agents.status)
        writer.member("agent_id", configuration.bridge.agentID)
        writer.member("heartbeat_interval", Int(configuration.bridge.heartbeatInterval.components.seconds))
    }
}
