import JSON

/// An answer as OpenAI's server-sent events.
///
///     data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m",
///            "choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}
///     data: {…,"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
///     data: [DONE]
///
/// Each piece of the answer is one event, and none is added: the role rides on the first, the finish reason on the
/// last. Only an answer that came whole is cut into role, text and finish.
struct OpenAIStream: AnswerForm {
    /// The longest text of one event that is cut from a whole answer, in bytes.
    private static let pieceLimit = 16 << 10
    private static let nothing = Array("{}".utf8)[...]
    private static let silence = Array(#"{"role":"assistant","content":""}"#.utf8)[...]

    let contentType: String
    let heldBytes = 0
    private let profile: Profile
    /// An event up to its choices.
    private let head: [UInt8]
    private let includesUsage: Bool
    private var choices: [Choice] = []

    /// How far one answer has come.
    private struct Choice {
        var hasRole = false
        var hasCalls = false
        var finishReason: String?

        var defaultReason: String { hasCalls ? "tool_calls" : "stop" }
    }

    init(request: ChatRequest, id: String, startedAt: Int64, profile: Profile) {
        self.profile = profile
        contentType = profile.sseContentType
        includesUsage = request.includesUsage
        head = Self.head(of: "chat.completion.chunk", request, id, startedAt)
    }

    /// An event of that object up to its choices.
    static func head(of object: String, _ request: ChatRequest, _ id: String, _ startedAt: Int64) -> [UInt8] {
        let members = JSONWriter.object {
            $0.member("id", id)
            $0.member("object", object)
            $0.member("created", Int(startedAt / 1_000_000_000))
            $0.member("model", request.model)
        }
        return Array("data: ".utf8) + members.dropLast() + Array(#","choices":["#.utf8)
    }

    mutating func encode(_ event: AnswerEvent, at now: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        switch event {
        case .whole(let choices, _, _):
            for (index, message) in Choices.messages(choices).enumerated() { bytes += cut(message, index) }
        case .delta(let delta):
            if delta.pieces.isEmpty, delta.isLast { return finishAll() }
            for piece in delta.pieces { bytes += encode(piece, isLast: delta.isLast) }
        case .end: break
        }
        return bytes
    }

    mutating func finish(usage: Usage, at now: Int64) -> [UInt8] {
        var bytes = finishAll()
        if includesUsage {
            bytes += head + Array(#"],"usage":"#.utf8) + usage.bytes + Array("}\n\n".utf8)
        }
        return bytes + Array("data: [DONE]\n\n".utf8)
    }

    func failure(_ error: GatewayError) -> [UInt8] { Self.failure(error, profile) }

    /// An event that says why nothing follows.
    static func failure(_ error: GatewayError, _ profile: Profile) -> [UInt8] {
        let answer = ErrorAnswer(error, for: .openai, profile: profile)
        let object = JSONWriter.object { $0.member("error", object: answer.write) }
        return Array("data: ".utf8) + object + Array("\n\n".utf8)
    }

    /// The ends that nobody has given.
    private mutating func finishAll() -> [UInt8] {
        reach(0)
        return choices.indices.reduce(into: []) { bytes, index in
            guard choices[index].finishReason == nil else { return }
            bytes += event(nil, index, finish: choices[index].defaultReason)
        }
    }

    private mutating func encode(_ piece: AnswerPiece, isLast: Bool) -> [UInt8] {
        let index = piece.index
        reach(index)
        if piece.object?["tool_calls"] != nil { choices[index].hasCalls = true }
        let hasEnded = choices[index].finishReason != nil
        let finish = piece.finishReason ?? (isLast && !hasEnded ? choices[index].defaultReason : nil)
        // An empty piece behind the finish reason only says that nothing follows.
        guard finish != nil || (piece.object != nil && !(piece.isEmpty && hasEnded)) else { return [] }
        return event(piece.object, index, finish: finish)
    }

    private mutating func cut(_ message: WholeMessage, _ index: Int) -> [UInt8] {
        var bytes = event(nil, index, finish: nil)
        if let content = message.content, !content.isString("") {
            for piece in TextPieces.cut(content, limit: Self.pieceLimit) {
                let delta = JSONWriter.object { $0.member("content", raw: piece) }
                bytes += event(delta[...], index, finish: nil)
            }
        }
        if !message.calls.isEmpty {
            let delta = JSONWriter.object {
                $0.member("tool_calls", array: { message.calls.writeOpenAI(hasIndex: true, to: &$0) })
            }
            bytes += event(delta[...], index, finish: nil)
        }
        return bytes + event(Self.nothing, index, finish: message.finishReason)
    }

    private mutating func reach(_ index: Int) {
        while choices.count <= index { choices.append(Choice()) }
    }

    /// An event with that delta (nil: it says nothing), and with the role if it has not been said.
    private mutating func event(_ delta: JSONValue?, _ index: Int, finish: String?) -> [UInt8] {
        reach(index)
        let saysRole = !choices[index].hasRole && delta?["role"] == nil
        choices[index].hasRole = true
        guard saysRole else { return event(delta?.raw ?? Self.nothing, index, finish: finish) }
        guard let delta else { return event(Self.silence, index, finish: finish) }
        let role = #"{"role":"assistant"\#(delta.members.isEmpty ? "" : ",")"#
        let object = Array(role.utf8) + delta.raw.dropFirst()
        return event(object[...], index, finish: finish)
    }

    private mutating func event(_ delta: ArraySlice<UInt8>, _ index: Int, finish: String?) -> [UInt8] {
        choices[index].finishReason = finish ?? choices[index].finishReason
        var bytes: [UInt8] = []
        bytes.reserveCapacity(head.count + delta.count + 100)
        bytes += head
        bytes += index == 0 ? #"{"index":0,"delta":"#.utf8 : #"{"index":\#(index),"delta":"#.utf8
        JSONLine.append(delta, to: &bytes)
        bytes += #","finish_reason":"#.utf8
        if let finish { bytes += JSONWriter.quoted(finish) } else { bytes += "null".utf8 }
        bytes += (includesUsage ? #"}],"usage":null}"# : "}]}").utf8
        bytes += "\n\n".utf8
        return bytes
    }
}
