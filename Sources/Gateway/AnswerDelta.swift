/// A step of an answer, or of several at once.
package struct AnswerDelta: Sendable {
    /// What is said of each; none: only what it has cost, or that nothing follows.
    let pieces: [AnswerPiece]
    /// What the answer has cost, or nil.
    let usage: Usage?
    /// Whether nothing follows.
    let isLast: Bool

    /// A step with these parts.
    package init(_ pieces: [AnswerPiece], usage: Usage? = nil, isLast: Bool = false) {
        self.pieces = pieces.map(\.normalized)
        self.usage = usage
        self.isLast = isLast
    }

    /// The step that an agent sent.
    package init(_ chunk: AgentChunk) {
        self.init(chunk.pieces, usage: chunk.usage, isLast: chunk.isFinished)
    }

    /// What is said of the first answer, the only one for clients that cannot ask for more.
    var first: AnswerPiece? { pieces.first { $0.index == 0 } }
}
