import JSON

/// The answers to one request, put together from their pieces.
struct AnswerCollection {
    private var collectors: [AnswerCollector] = [AnswerCollector()]

    /// The bytes that are held.
    var size: Int { collectors.reduce(0) { $0 + $1.size } }

    mutating func add(_ delta: AnswerDelta) {
        for piece in delta.pieces {
            while collectors.count <= piece.index { collectors.append(AnswerCollector()) }
            collectors[piece.index].add(piece)
        }
    }

    /// OpenAI's choices.
    func choices() -> [UInt8] {
        var writer = JSONWriter()
        writer.array {
            for (index, collector) in collectors.enumerated() { collector.write(index, to: &$0) }
        }
        return writer.bytes
    }

    /// The whole text of each as a JSON string, and why it ended.
    var texts: [(content: [UInt8], finishReason: String)] {
        collectors.map { ($0.content, $0.finishReason) }
    }
}
