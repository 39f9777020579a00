import JSON

/// An answer as one object of OpenAI's older endpoint.
struct CompletionWhole: AnswerForm {
    let contentType = "application/json"
    private let profile: Profile
    private let model: String
    private let id: String
    private let created: Int
    private let echoed: [UInt8]?
    private var whole: [WholeMessage]?
    private var answers = AnswerCollection()

    init(request: ChatRequest, id: String, startedAt: Int64, profile: Profile) {
        self.profile = profile
        self.id = id
        model = request.model
        echoed = request.echoed
        created = Int(startedAt / 1_000_000_000)
    }

    var heldBytes: Int {
        answers.size + (whole?.reduce(0) { $0 + ($1.content?.raw.count ?? 0) } ?? 0)
    }

    mutating func encode(_ event: AnswerEvent, at now: Int64) -> [UInt8] {
        switch event {
        case .whole(let choices, _, _): whole = Choices.messages(choices)
        case .delta(let delta): answers.add(delta)
        case .end: break
        }
        return []
    }

    mutating func finish(usage: Usage, at now: Int64) -> [UInt8] {
        JSONWriter.object {
            $0.member("id", id)
            $0.member("object", "text_completion")
            $0.member("created", created)
            $0.member("model", model)
            $0.member(
                "choices",
                array: {
                    for (index, text) in texts.enumerated() {
                        $0.element(raw: Self.choice(text.content, index, finish: text.finishReason))
                    }
                }
            )
            $0.member("usage", raw: usage.bytes)
        }
    }

    func failure(_ error: GatewayError) -> [UInt8] {
        ErrorAnswer(error, for: .openai, profile: profile).body(for: .openai)
    }

    /// One choice; `text` is a JSON string.
    static func choice(_ text: [UInt8], _ index: Int, finish: String?) -> [UInt8] {
        JSONWriter.object {
            $0.member("text", raw: JSONLine.flattened(text[...]))
            $0.member("index", index)
            $0.memberNull("logprobs")
            $0.member("finish_reason", finish)
        }
    }

    private var texts: [(content: [UInt8], finishReason: String)] {
        let texts =
            whole.map { $0.map { ($0.content.map { Array($0.raw) } ?? Array(#""""#.utf8), $0.finishReason) } }
            ?? answers.texts
        guard let echoed else { return texts }
        return texts.map { (echoed.dropLast() + $0.0.dropFirst(), $0.1) }
    }
}
