/// A step of an agent's answer.
package struct AgentChunk: Sendable {
    /// What it says of each answer that was asked for; none: only what it has used, or that nothing follows.
    package let pieces: [AnswerPiece]
    /// What it has used, or nil.
    package let usage: Usage?
    /// Whether nothing follows.
    package let isFinished: Bool
    /// Whether nothing follows once each answer that was asked for has its finish reason: the chunk is one of OpenAI's
    /// own, which has no other way to say so.
    package let endsByReason: Bool
}
