import Config
import Gateway

/// One request for an answer, as it is put to a provider.
final class ModelCall {
    let request: ChatRequest
    let id: RequestID
    /// Nanoseconds since 1970.
    let startedAt: Int64
    /// Who is to answer.
    let provider: any Provider
    let providerName: String
    /// The name that the provider knows the model by.
    let model: String
    let row: Configuration.Model?
    let site: Site
    /// The id of the session that the request belongs to.
    var session = ""

    init(
        _ request: ChatRequest,
        id: RequestID,
        startedAt: Int64,
        provider: any Provider,
        providerName: String,
        model: String,
        row: Configuration.Model?,
        site: Site,
    ) {
        self.request = request
        self.id = id
        self.startedAt = startedAt
        self.provider = provider
        self.providerName = providerName
        self.model = model
        self.row = row
        self.site = site
    }

    /// A quarter of the prompt's characters, and the longest answers that were asked for.
    var expectedTokens: Int {
        let row = row ?? Configuration.Model(name: model)
        let longest = min(request.maxTokens ?? row.maxTokens, 1 << 30)
        return request.promptCharacters / 4 + min(request.choices, ChatLimits.mostChoices) * longest
    }
}

/// Something that answers for models.
protocol Provider: AnyObject {
    /// Begins to answer.
    ///
    /// - Throws: why there will be no answer.
    func begin(_ call: ModelCall) async throws(GatewayError) -> any Answer
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
