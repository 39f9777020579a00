import JSON

/// An answer as Ollama's lines: one object each, the last one `done`.
struct OllamaStream: AnswerForm {
    /// The longest text of one line, in bytes: clients read lines of 512 KiB at most.
    private static let pieceLimit = 64 << 10

    let contentType: String
    private let profile: Profile
    private var line: OllamaLine
    private var calls = ToolCalls()
    private var finishReason = "stop"

    init(line: OllamaLine, profile: Profile) {
        self.line = line
        self.profile = profile
        contentType = profile.ollamaStreamContentType
    }

    var heldBytes: Int { calls.size }

    mutating func encode(_ event: AnswerEvent, at now: Int64) -> [UInt8] {
        line.begin(at: now)
        switch event {
        case .whole(let choices, _, _):
            let message = WholeMessage(choices)
            calls = message.calls
            finishReason = message.finishReason
            return lines(message.content, at: now)
        case .delta(let delta):
            if let list = delta.first?.object?["tool_calls"] { calls.add(list) }
            finishReason = delta.first?.finishReason ?? finishReason
            return lines(delta.first?.content, at: now)
        case .end: return []
        }
    }

    mutating func finish(usage: Usage, at now: Int64) -> [UInt8] {
        var bytes = calls.isEmpty ? [] : line.calls(calls, at: now) + [0x0A]
        bytes += line.last(Array(#""""#.utf8), nil, reason: finishReason, usage, at: now)
        bytes.append(0x0A)
        return bytes
    }

    func failure(_ error: GatewayError) -> [UInt8] {
        ErrorAnswer(error, for: .ollama, profile: profile).body(for: .ollama) + [0x0A]
    }

    private func lines(_ content: JSONValue?, at now: Int64) -> [UInt8] {
        guard let content, !content.isString("") else { return [] }
        return TextPieces.cut(content, limit: Self.pieceLimit).reduce(into: []) {
            $0 += line.text($1, at: now)
            $0.append(0x0A)
        }
    }
}
