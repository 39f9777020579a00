package import JSON

/// What is said next for one of the answers that were asked for.
package struct AnswerPiece: Sendable {
    /// More tool calls at once stay as they came.
    private static let callLimit = 128

    /// Which answer, less than ``ChatLimits/mostChoices``; 0 where only one was asked for.
    package let index: Int
    /// OpenAI's delta; nil: the piece only ends the answer.
    package let object: JSONValue?
    /// Why the model stopped, or nil if it has not.
    package let finishReason: String?

    /// A piece with these parts.
    package init(index: Int = 0, object: JSONValue?, finishReason: String? = nil) {
        self.index = index
        self.object = object
        self.finishReason = finishReason
    }

    /// Whether it adds nothing to the answer.
    var isEmpty: Bool { object?.members.isEmpty ?? true }

    /// The text that it adds; nil if it adds none.
    var content: JSONValue? {
        object?["content"].flatMap { $0.kind == .string ? $0 : nil }
    }

    /// The piece as OpenAI's clients insist on it: with an index for each tool call, and no role that is null.
    var normalized: AnswerPiece {
        let lacksIndex = object?["tool_calls"]?.elements.contains { $0["index"]?.int == nil } ?? false
        guard let object, lacksIndex || object["role"]?.isNull ?? false,
            object["tool_calls"].map({ $0.elements.prefix(Self.callLimit + 1).count <= Self.callLimit })
                ?? true,
            let document = try? JSONDocument(parsing: Array(object.raw))
        else { return self }
        var edits: [JSONEdit] = []
        if document.root["role"]?.isNull ?? false { edits.append(.remove(name: "role", in: document.root)) }
        let calls = document.root["tool_calls"].map { Array($0.elements) } ?? []
        for (index, call) in calls.enumerated() where call["index"]?.int == nil {
            edits.append(.set(name: "index", in: call, to: Array("\(index)".utf8)))
        }
        let edited = (try? JSONDocument(parsing: document.replacing(edits)))?.root ?? object
        return AnswerPiece(index: index, object: edited, finishReason: finishReason)
    }
}
