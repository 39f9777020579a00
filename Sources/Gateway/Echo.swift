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
            let value = (try? JSONDocument(parsing: object))?.root
            let pieces = (0..<request.choices).map { index in
                AnswerPiece(index: index, object: value, finishReason: isLast ? "stop" : nil)
            }
            return .delta(AnswerDelta(pieces, isLast: isLast))
        }
    }

    private static func whole(_ request: ChatRequest) -> AnswerEvent {
        // The client's own spelling is the answer's, so a string need not be decoded.
        let spelled = request.conversation.lastUserContent.flatMap { $0.kind == .string ? $0 : nil }
        let text = spelled == nil ? request.conversation.lastUserText : ""
        let length = spelled.map(TextLength.scalars) ?? text.unicodeScalars.count
        let content = spelled.map(\.raw) ?? JSONWriter.quoted(text)[...]
        return .whole(
            choices: Choices.text(content, finishReason: "stop", count: request.choices),
            usage: Usage(
                estimatedFromPrompt: request.promptCharacters,
                completion: length * request.choices
            ),
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
