package import JSON

/// A piece of an answer.
package struct AnswerDelta: Sendable {
    /// OpenAI's delta; nil: the piece only ends the answer, or only tells its usage.
    let object: JSONValue?
    /// Why the model stopped, or nil if it has not.
    let finishReason: String?
    /// What the answer has cost, or nil.
    let usage: Usage?
    /// Whether nothing follows.
    let isLast: Bool

    /// A piece with these parts.
    package init(object: JSONValue?, finishReason: String?, usage: Usage? = nil, isLast: Bool = false) {
        self.object = object.map(Self.normalized)
        self.finishReason = finishReason
        self.usage = usage
        self.isLast = isLast
    }

    /// The piece that an agent sent.
    package init(_ chunk: AgentChunk) {
        self.init(
            object: chunk.delta,
            finishReason: chunk.finishReason,
            usage: chunk.usage,
            isLast: chunk.isFinished
        )
    }

    /// Whether it adds nothing to the answer.
    var isEmpty: Bool { object?.members.isEmpty ?? true }

    /// The text that it adds; nil if it adds none.
    var content: JSONValue? {
        object?["content"].flatMap { $0.kind == .string ? $0 : nil }
    }

    /// The delta as OpenAI's clients insist on it: with an index for each tool call, and no role that is null.
    private static func normalized(_ delta: JSONValue) -> JSONValue {
        let lacksIndex = delta["tool_calls"]?.elements.contains { $0["index"]?.int == nil } ?? false
        guard lacksIndex || delta["role"]?.isNull ?? false,
            let document = try? JSONDocument(parsing: Array(delta.raw))
        else { return delta }
        var edits: [JSONEdit] = []
        if document.root["role"]?.isNull ?? false { edits.append(.remove(name: "role", in: document.root)) }
        let calls = document.root["tool_calls"].map { Array($0.elements) } ?? []
        for (index, call) in calls.enumerated() where call["index"]?.int == nil {
            edits.append(.set(name: "index", in: call, to: Array("\(index)".utf8)))
        }
        return (try? JSONDocument(parsing: document.replacing(edits)))?.root ?? delta
    }
}
