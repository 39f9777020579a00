import Gateway

/// Who an agent is, by its first message.
struct AgentIdentity {
    /// Its own name for itself.
    let name: String
    /// What it showed, which is looked at again when the configuration changes; nil for a hub that was dialled.
    let token: Secret?
    /// What it wants to serve, which may be more than it may; what a hub was offered.
    var models: [String]

    var isHub: Bool { token == nil }

    /// Whether both are the same agent; one that calls itself "hub" is none.
    func isSame(as other: AgentIdentity) -> Bool { name == other.name && isHub == other.isHub }
}
