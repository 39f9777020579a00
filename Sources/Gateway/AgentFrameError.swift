package import JSON

/// Why an agent's message is none of its protocol.
package enum AgentFrameError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text is not JSON.
    case notJSON(JSONError)
    /// The text is JSON but no object.
    case notAnObject
    /// A member is missing or cannot be used: `models`, `must be an array of 1 to 64 names`.
    case invalid(member: String, reason: String)

    /// One line for the agent's developer.
    package var description: String {
        switch self {
        case .notJSON(let error): "the message is not JSON: \(error)"
        case .notAnObject: "the message is not a JSON object"
        case .invalid(let member, let reason): "'\(member)' \(reason)"
        }
    }
}
