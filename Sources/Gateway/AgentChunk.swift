package import JSON

/// A piece of an agent's answer.
package struct AgentChunk: Sendable {
    /// OpenAI's delta; nil: the piece only ends the answer, or only tells its usage.
    package let delta: JSONValue?
    /// Why the model stopped, or nil if it has not.
    package let finishReason: String?
    /// What it has used, or nil.
    package let usage: Usage?
    /// Whether nothing follows.
    package let isFinished: Bool
}
