/// A step of an agent's answer.
package struct AgentChunk: Sendable {
    /// What it says of each answer that was asked for; none: only what it has used, or that nothing follows.
    package let pieces: [AnswerPiece]
    /// What it has used, or nil.
    package let usage: Usage?
    /// Whether nothing follows.
    package let isFinished: Bool
}
