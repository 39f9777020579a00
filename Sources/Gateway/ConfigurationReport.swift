package import Config
import JSON

/// The body of `/config`: what is in force for whoever asks, null where there is no limit, and no secret.
package enum ConfigurationReport {
    /// The body; `models`: those that the caller sees, in their order; `limits`: those that hold for the caller.
    package static func body(
        _ configuration: Configuration,
        models: [String],
        limits: Configuration.Limits,
        agents: AgentHealth,
    ) -> [UInt8] {
        let row = models.first.flatMap { configuration.route(for: $0)?.row } ?? Configuration.Model(name: "")
        return JSONWriter.object {
            $0.member(
                "provider",
                object: {
                    $0.member("model_name", models.first)
                    $0.member("models", array: { for model in models { $0.element(model) } })
                    $0.member("max_tokens", row.maxTokens)
                    $0.member("temperature", row.temperature)
                    $0.member("stream_enabled", true)
                }
            )
            $0.member(
                "security",
                object: {
                    $0.member("rate_limit_rpm", limits.isEnabled ? limits.requestsPerMinute : nil)
                    $0.member("rate_limit_tpm", limits.isEnabled ? limits.tokensPerMinute : nil)
                    $0.member("session_ttl_seconds", Int(configuration.sessions.ttl.components.seconds))
                    $0.member("max_sessions", configuration.sessions.limit)
                }
            )
            $0.member(
                "mcp",
                object: {
                    $0.member("connection_status", agents.status)
                    $0.member("agent_id", configuration.bridge.agentID)
                    $0.member(
                        "heartbeat_interval",
                        Int(configuration.bridge.heartbeatInterval.components.seconds)
                    )
                }
            )
        }
    }
}
