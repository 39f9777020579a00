import JSON

/// An answer as one object of Ollama's.
struct OllamaWhole: AnswerForm {
    let contentType = "application/json; charset=utf-8"
    private let profile: Profile
    private var line: OllamaLine
    private var whole: WholeMessage?
    private var collector = AnswerCollector()

    init(line: OllamaLine, profile: Profile) {
        self.line = line
        self.profile = profile
    }

    var heldBytes: Int { collector.size + (whole?.content?.raw.count ?? 0) }

    mutating func encode(_ event: AnswerEvent, at now: Int64) -> [UInt8] {
        line.begin(at: now)
        switch event {
        case .whole(let choices, _, _): whole = WholeMessage(choices)
        case .delta(let delta): delta.first.map { collector.add($0) }
        case .end: break
        }
        return []
    }

    mutating func finish(usage: Usage, at now: Int64) -> [UInt8] {
        guard let whole else {
            let reason = collector.finishReason
            return line.last(collector.content, collector.calls, reason: reason, usage, at: now)
        }
        let content = whole.content.map { Array($0.raw) } ?? Array(#""""#.utf8)
        return line.last(content, whole.calls, reason: whole.finishReason, usage, at: now)
    }

    func failure(_ error: GatewayError) -> [UInt8] {
        ErrorAnswer(error, for: .ollama, profile: profile).body(for: .ollama)
    }
}
