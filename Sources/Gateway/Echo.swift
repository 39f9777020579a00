import JSON

/// The built-in model: it answers with what the user said last.
package enum Echo {
    /// The answer to a request: whole, or word by word if it is to be streamed.
    ///
    /// The pieces together are the same text, byte for byte.
    package static func events(for request: ChatRequest) -> [AnswerEvent] {
        guard request.streams else { return [whole(request)] }
        let words = words(of: request.conversation.lastUserText)
        return words.indices.map { index in
            let isLast = index == words.count - 1
            let object = JSONWriter.object { $0.member("content", words[index]) }
            return .delta(
                AnswerDelta(
                    object: (try? JSONDocument(parsing: object))?.root,
                    finishReason: isLast ? "stop" : nil,
                    isLast: isLast
                )
            )
        }
    }

    private static func whole(_ request: ChatRequest) -> AnswerEvent {
        let content = request.conversation.lastUserContent
        let usage = Usage(
            estimatedFromPrompt: request.promptCharacters,
            completion: content.map(TextLength.scalars) ?? 0
        )
        // The client's own spelling is the answer's, so a string need not be decoded.
        guard let content, content.kind == .string else {
            let text = request.conversation.lastUserText
            return .whole(
                choices: Choices.text(JSONWriter.quoted(text), finishReason: "stop"),
                usage: Usage(
                    estimatedFromPrompt: request.promptCharacters,
                    completion: text.unicodeScalars.count
                ),
                finishReason: "stop"
            )
        }
        return .whole(
            choices: Choices.text(content.raw, finishReason: "stop"),
            usage: usage,
            finishReason: "stop"
        )
    }

    /// The text cut behind each run of white space; at least one piece.
    private static func words(of text: String) -> [String] {
        let bytes = Array(text.utf8)
        var words: [String] = []
        var start = 0
        for index in bytes.indices.dropFirst() where isSpace(bytes[index - 1]) && !isSpace(bytes[index]) {
            words.append(String(decoding: bytes[start..<index], as: UTF8.self))
            start = index
        }
        words.append(String(decoding: bytes[start...], as: UTF8.self))
        return words
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
