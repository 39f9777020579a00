import HTTP

/// What the description of the API says of one endpoint.
struct Operation {
    /// What a 200 carries.
    enum Answer {
        case json(String)
        /// As JSON, or if the request asks for a stream, as server-sent events.
        case jsonOrEvents(String)
        /// As JSON, or if the request asks for a stream, as lines of it in the profile's media type.
        case jsonOrLines(String)
        case text(mediaType: String)
        /// JSON, or text for those that do not ask for JSON.
        case jsonOrText(mediaType: String)
        /// There never is one.
        case none
    }

    /// A parameter of the query, which may be left out.
    struct Parameter {
        let name: String
        let about: String
        /// JSON Schema.
        let schema: String
    }

    let summary: String
    /// The schema of the body; nil: there is none.
    var request: String?
    let answer: Answer
    var parameters: [Parameter] = []
    /// Statuses of its own, besides those that every endpoint of its kind has.
    var refusals: [Int] = []
}

extension Endpoint {
    /// The row of the description.
    var operation: Operation {
        switch self {
        case .chatCompletions:
            Operation(
                summary: "An answer of a model to a conversation",
                request: "ChatRequest",
                answer: .jsonOrEvents("ChatCompletion"),
                refusals: Self.modelRefusals
            )
        case .completions:
            Operation(
                summary: "The continuation of a text",
                request: "CompletionRequest",
                answer: .jsonOrEvents("TextCompletion"),
                refusals: Self.modelRefusals
            )
        case .embeddings:
            Operation(
                summary: "Vectors of texts, from providers that give them",
                request: "EmbeddingRequest",
                answer: .json("AnyObject"),
                refusals: Self.modelRefusals + [501]
            )
        case .models: Operation(summary: "The models that are served", answer: .json("ModelList"))
        case .model: Operation(summary: "One model", answer: .json("Model"), refusals: [422])
        case .ollamaChat:
            Operation(
                summary: "An answer of a model to a conversation",
                request: "OllamaChatRequest",
                answer: .jsonOrLines("OllamaChatAnswer"),
                refusals: Self.modelRefusals
            )
        case .ollamaGenerate:
            Operation(
                summary: "An answer of a model to a prompt",
                request: "OllamaGenerateRequest",
                answer: .jsonOrLines("OllamaGenerateAnswer"),
                refusals: Self.modelRefusals
            )
        case .ollamaTags: Operation(summary: "The models that are served", answer: .json("OllamaTags"))
        case .ollamaShow:
            Operation(
                summary: "What a model can do",
                request: "OllamaShowRequest",
                answer: .json("OllamaShow"),
                refusals: [404]
            )
        case .ollamaRunning: Operation(summary: "The models that can answer now", answer: .json("OllamaTags"))
        case .ollamaEmbed:
            Operation(
                summary: "Vectors of texts, which agents cannot give",
                request: "EmbeddingRequest",
                answer: .none,
                refusals: [404, 501]
            )
        case .ollamaEmbeddings:
            Operation(
                summary: "The vector of a text, which agents cannot give",
                request: "OllamaEmbeddingRequest",
                answer: .none,
                refusals: [404, 501]
            )
        case .ollamaVersion, .ollamaRoot, .health, .deepHealth, .configuration, .openAPI, .docs, .livez,
            .readyz, .metrics, .usage, .sessions, .session, .revokeAllSessions, .registerSession,
            .revokeSession, .controlSessions:
            manageOperation
        }
    }

    /// What can become of a request for a model.
    private static let modelRefusals = [429, 500, 502, 503, 504]
}
