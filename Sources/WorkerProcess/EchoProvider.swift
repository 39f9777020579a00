import Gateway

/// Answers with what the user said last; everything is there at once.
final class EchoProvider: Provider {
    func begin(_ call: ModelCall, _ request: ChatRequest) async throws(GatewayError) -> any Answer {
        EchoAnswer(Echo.events(for: request))
    }
}

private final class EchoAnswer: Answer {
    private let events: [AnswerEvent]
    private var position = 0
    private var interruption: AnswerStep?

    init(_ events: [AnswerEvent]) { self.events = events }

    func next(atMost _: Duration) async throws(GatewayError) -> AnswerStep? {
        if let interruption { return interruption }
        guard position < events.count else { return .ended }
        defer { position += 1 }
        return .event(events[position])
    }

    func interrupt(_ step: AnswerStep) { interruption = step }

    func cancel() { position = events.count }
}
