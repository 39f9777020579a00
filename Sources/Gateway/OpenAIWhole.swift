import JSON

/// An answer as one object of OpenAI's.
struct OpenAIWhole: AnswerForm {
    let contentType = "application/json"
    private let profile: Profile
    private let model: String
    private let id: String
    private let created: Int
    private var choices: [UInt8]?
    private var answers = AnswerCollection()

    init(request: ChatRequest, id: String, startedAt: Int64, profile: Profile) {
        self.profile = profile
        self.id = id
        model = request.model
        created = Int(startedAt / 1_000_000_000)
    }

    var heldBytes: Int { answers.size + (choices?.count ?? 0) }

    mutating func encode(_ event: AnswerEvent, at now: Int64) -> [UInt8] {
        switch event {
        case .whole(let choices, _, _): self.choices = choices
        case .delta(let delta): answers.add(delta)
        case .end: break
        }
        return []
    }

    mutating func finish(usage: Usage, at now: Int64) -> [UInt8] {
        let choices = choices ?? answers.choices()
        var writer = JSONWriter(reservingCapacity: choices.count + 256)
        writer.object {
            $0.member("id", id)
            $0.member("object", "chat.completion")
            $0.member("created", created)
            $0.member("model", model)
            $0.member("choices", raw: choices)
            $0.member("usage", raw: usage.bytes)
        }
        return writer.bytes
    }

    func failure(_ error: GatewayError) -> [UInt8] {
        ErrorAnswer(error, for: .openai, profile: profile).body(for: .openai)
    }
}
