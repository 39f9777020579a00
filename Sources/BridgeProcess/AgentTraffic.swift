/// Messages to and from agents since they registered, counted.
final class AgentTraffic {
    var sent = 0
    var received = 0
    /// When an agent was last asked whether it is there, in milliseconds since 1970; nil: none was yet.
    var lastPing: Int?
}
