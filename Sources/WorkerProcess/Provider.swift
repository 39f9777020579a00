import Gateway

/// Something that answers for models.
protocol Provider: AnyObject {
    /// Begins to answer.
    ///
    /// - Throws: why there will be no answer.
    func begin(_ call: ModelCall, _ request: ChatRequest) async throws(GatewayError) -> any Answer
}

/// What a provider says, step by step.
protocol Answer: AnyObject {
    /// The next thing it says; nil after `limit` of silence.
    func next(atMost limit: Duration) async throws(GatewayError) -> AnswerStep?

    /// Wakes whoever waits in ``next(atMost:)`` and ends with `step`.
    func interrupt(_ step: AnswerStep)

    /// The answer is not wanted any more; whoever makes it is told.
    func cancel()
}

enum AnswerStep {
    case event(AnswerEvent)
    case ended
    /// The client is gone.
    case abandoned
    case failed(GatewayError)
}
