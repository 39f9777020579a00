import JSON

/// An answer as the server-sent events of OpenAI's older endpoint.
///
///     data: {"id":"cmpl-1","object":"text_completion","created":1,"model":"m",
///            "choices":[{"text":"Hi","index":0,"logprobs":null,"finish_reason":null}]}
///     data: [DONE]
struct CompletionStream: AnswerForm {
    private static let pieceLimit = 16 << 10
    private static let silence = Array(#""""#.utf8)

    let contentType: String
    let heldBytes = 0
    private let profile: Profile
    private let echoed: [UInt8]?
    /// An event up to its choices.
    private let head: [UInt8]
    private let includesUsage: Bool
    /// Of each answer that has begun.
    private var finishReasons: [String?] = []

    init(request: ChatRequest, id: String, startedAt: Int64, profile: Profile) {
        self.profile = profile
        contentType = profile.sseContentType
        includesUsage = request.includesUsage
        echoed = request.echoed
        head = OpenAIStream.head(of: "text_completion", request, id, startedAt)
    }

    mutating func encode(_ event: AnswerEvent, at now: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        switch event {
        case .whole(let choices, _, _):
            for (index, message) in Choices.messages(choices).enumerated() {
                let pieces = message.content.map { TextPieces.cut($0, limit: Self.pieceLimit) } ?? []
                for piece in pieces { bytes += text(piece, index, finish: nil) }
                bytes += text(Self.silence, index, finish: message.finishReason)
            }
        case .delta(let delta):
            for piece in delta.pieces { bytes += encode(piece, isLast: delta.isLast) }
        case .end: break
        }
        return bytes
    }

    mutating func finish(usage: Usage, at now: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in 0..<max(1, finishReasons.count)
        where index >= finishReasons.count || finishReasons[index] == nil {
            bytes += text(Self.silence, index, finish: "stop")
        }
        if includesUsage { bytes += head + Array(#"],"usage":"#.utf8) + usage.bytes + Array("}\n\n".utf8) }
        return bytes + Array("data: [DONE]\n\n".utf8)
    }

    func failure(_ error: GatewayError) -> [UInt8] { OpenAIStream.failure(error, profile) }

    private mutating func encode(_ piece: AnswerPiece, isLast: Bool) -> [UInt8] {
        let hasEnded = piece.index < finishReasons.count && finishReasons[piece.index] != nil
        let finish = piece.finishReason ?? (isLast && !hasEnded ? "stop" : nil)
        guard finish != nil || piece.content != nil else { return [] }
        return text(piece.content.map { Array($0.raw) } ?? Self.silence, piece.index, finish: finish)
    }

    /// An event with that text, a JSON string, and before the first one of an answer what it is to echo.
    private mutating func text(_ text: [UInt8], _ index: Int, finish: String?) -> [UInt8] {
        var bytes: [UInt8] = []
        while finishReasons.count <= index {
            if let echoed { bytes += event(echoed, finishReasons.count, finish: nil) }
            finishReasons.append(nil)
        }
        finishReasons[index] = finish ?? finishReasons[index]
        return bytes + event(text, index, finish: finish)
    }

    private func event(_ text: [UInt8], _ index: Int, finish: String?) -> [UInt8] {
        let choice = CompletionWhole.choice(text, index, finish: finish)
        return head + choice + Array((includesUsage ? #"],"usage":null}"# : "]}").utf8) + Array("\n\n".utf8)
    }
}
