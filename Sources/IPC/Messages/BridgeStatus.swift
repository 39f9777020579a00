/// What the bridge tells a worker of its agents: the answer to a stream of kind `status`.
///
///     {"agents":[{"id":"a","models":["m"],"in_flight":1,"connected_seconds":60}],"streams":1,"sent":12,
///      "received":40,"last_ping":1767225600000}
package struct BridgeStatus: Codable, Equatable, Sendable {
    /// Those that are connected.
    package var agents: [AgentStatus]
    /// Requests under way whose answer is streamed.
    package var streams: Int
    /// Messages to agents since the bridge started.
    package var sent: Int
    /// Messages from agents.
    package var received: Int
    /// When an agent was last asked whether it is there, in milliseconds since 1970; nil: none was yet.
    package var lastPing: Int?

    package init(agents: [AgentStatus], streams: Int, sent: Int, received: Int, lastPing: Int?) {
        self.agents = agents
        self.streams = streams
        self.sent = sent
        self.received = received
        self.lastPing = lastPing
    }

    private enum CodingKeys: String, CodingKey {
        case agents, streams, sent, received
        case lastPing = "last_ping"
    }
}
