import Config
import Gateway

/// One request for an answer of a model, on its way to whoever answers.
final class ModelCall {
    /// What is put to whom; in a box, for whoever waits for the answer keeps room for it.
    indirect enum Question {
        /// Turned into what the provider understands, and its answer into what the client does.
        case conversation(ChatRequest, any Provider)
        /// Passed on as it came.
        case relay(RelayRequest, RemoteProvider)
    }

    let question: Question
    /// The name that the client asked for.
    let asked: String
    let dialect: Dialect
    /// An estimate of the tokens that it brings.
    let promptTokens: Int
    /// The same, and those of the longest answers that it may get.
    let expectedTokens: Int
    let id: RequestID
    /// Nanoseconds since 1970.
    let startedAt: Int64
    let providerName: String
    /// The name that the provider knows the model by.
    let model: String
    let row: Configuration.Model?
    let site: Site
    /// The id of the session that the request belongs to.
    var session = ""

    init(_ question: Question, to route: Site.Route, id: RequestID, startedAt: Int64, site: Site) {
        self.question = question
        self.id = id
        self.startedAt = startedAt
        self.site = site
        (providerName, model, row) = (route.provider.name, route.modelName, route.row)
        let longest = route.row?.maxTokens ?? Configuration.Model.usualMaxTokens
        switch question {
        case .conversation(let request, _):
            (asked, dialect) = (request.model, request.dialect)
            promptTokens = request.promptCharacters / 4
            expectedTokens = promptTokens + Self.longest(request.maxTokens ?? longest, times: request.choices)
        case .relay(let request, _):
            (asked, dialect) = (request.model, .openai)
            promptTokens = request.promptCharacters / 4
            let isSilent = request.kind == .embedding
            expectedTokens =
                promptTokens
                + (isSilent ? 0 : Self.longest(request.maxTokens ?? longest, times: request.choices))
        }
    }

    private static func longest(_ tokens: Int, times choices: Int) -> Int {
        min(choices, ChatLimits.mostChoices) * min(tokens, 1 << 30)
    }
}
