import JSON

/// How it stands with the agents, for `/health`.
package struct AgentHealth: Equatable, Sendable {
    /// How many are connected.
    package var agents = 0
    /// When one was last asked whether it is there, in milliseconds since 1970; nil: none was yet.
    package var lastPing: Int?
    /// To agents, since the bridge started.
    package var messagesSent = 0
    /// From agents.
    package var messagesReceived = 0
    /// Requests that agents have not answered to the end.
    package var pendingRequests = 0
    /// Those of them whose answer is streamed.
    package var activeStreams = 0

    /// Nobody is there.
    package init() {}

    /// Whether somebody can be asked.
    package var isConnected: Bool { agents > 0 }

    /// `connected` or `disconnected`.
    package var status: String { isConnected ? "connected" : "disconnected" }

    func write(to writer: inout JSONWriter) {
        writer.member("status", status)
        writer.member("agents", agents)
        writer.member("last_ping", lastPing.map { Timestamp.rfc3339(Int64($0) * 1_000_000) })
        writer.member("messages_sent", messagesSent)
        writer.member("messages_received", messagesReceived)
        writer.member("pending_requests", pendingRequests)
        writer.member("active_streams", activeStreams)
    }
}
