import JSON

/// A whole answer, put together from its pieces for a client that does not stream.
struct AnswerCollector {
    /// The most members that are kept besides role and tool calls.
    private static let memberLimit = 16

    /// Strings by the name of their member: inside of a JSON string, spelled as it came.
    private var texts: [(name: String, inside: [UInt8])] = []
    private(set) var calls = ToolCalls()
    private var reason: String?

    /// The bytes that are held.
    var size: Int { texts.reduce(calls.size) { $0 + $1.inside.count } }

    /// Why the model stopped.
    var finishReason: String { reason ?? (calls.isEmpty ? "stop" : "tool_calls") }

    /// The whole text as a JSON string.
    var content: [UInt8] {
        let inside = texts.first { $0.name == "content" }?.inside ?? []
        return [UInt8(ascii: "\"")] + inside + [UInt8(ascii: "\"")]
    }

    /// Adds a piece; strings of one name are joined.
    mutating func add(_ piece: AnswerPiece) {
        if let finishReason = piece.finishReason { reason = finishReason }
        guard let object = piece.object else { return }
        for (name, value) in object.members where name != "role" {
            if name == "tool_calls" {
                calls.add(value)
            } else if value.kind == .string {
                add(value.raw.dropFirst().dropLast(), to: name)
            }
        }
    }

    /// Adds the choice of that number; without text the content is null if there are tool calls.
    func write(_ index: Int, to writer: inout JSONWriter) {
        let hasText = texts.contains { $0.name == "content" && !$0.inside.isEmpty }
        Choices.write(index, finishReason: finishReason, to: &writer) {
            $0.member("content", raw: hasText || calls.isEmpty ? content : Array("null".utf8))
            for text in texts where text.name != "content" {
                $0.member(text.name, raw: [UInt8(ascii: "\"")] + text.inside + [UInt8(ascii: "\"")])
            }
            guard !calls.isEmpty else { return }
            $0.member("tool_calls", array: { calls.writeOpenAI(hasIndex: false, to: &$0) })
        }
    }

    private mutating func add(_ inside: ArraySlice<UInt8>, to name: String) {
        if let place = texts.firstIndex(where: { $0.name == name }) {
            texts[place].inside += inside
        } else if texts.count < Self.memberLimit {
            texts.append((name, Array(inside)))
        }
    }
}
