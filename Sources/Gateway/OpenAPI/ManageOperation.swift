extension Endpoint {
    /// The row of an endpoint that has nothing to do with models.
    var manageOperation: Operation {
        switch self {
        case .ollamaVersion:
            Operation(summary: "The version of Ollama that is spoken", answer: .json("Version"))
        case .ollamaRoot:
            Operation(summary: "That something is there", answer: .text(mediaType: "text/plain"))
        case .health: Operation(summary: "How the daemon is", answer: .json("Health"))
        case .deepHealth: Operation(summary: "How each part of it is", answer: .json("DeepHealth"))
        case .configuration:
            Operation(
                summary: "What is in force for the caller, without secrets",
                answer: .json("Configuration")
            )
        case .openAPI: Operation(summary: "This description", answer: .json("AnyObject"))
        case .docs:
            Operation(
                summary: "The endpoints as a page, while debugging",
                answer: .text(mediaType: "text/html"),
                refusals: [404]
            )
        case .livez: Operation(summary: "That a worker runs", answer: .text(mediaType: "text/plain"))
        case .readyz:
            Operation(
                summary: "That requests are taken",
                answer: .text(mediaType: "text/plain"),
                refusals: [503]
            )
        case .metrics:
            Operation(summary: "Counters and latencies", answer: .jsonOrText(mediaType: "text/plain"))
        case .usage:
            Operation(
                summary: "What requests have cost",
                answer: .json("UsageList"),
                parameters: Self.usageParameters,
                refusals: [422, 503]
            )
        case .sessions: Operation(summary: "The caller's sessions", answer: .json("SessionList"))
        case .session: Operation(summary: "Ends a session", answer: .json("Revoked"), refusals: [404])
        case .revokeAllSessions: Operation(summary: "Ends all sessions", answer: .json("RevokedAll"))
        case .registerSession:
            Operation(
                summary: "Begins a session for an agent",
                request: "RegisterRequest",
                answer: .json("Registered"),
                refusals: [409, 429]
            )
        case .revokeSession:
            Operation(
                summary: "Ends a session, whoever has it",
                request: "RevokeRequest",
                answer: .json("RevokedOne"),
                refusals: [404]
            )
        case .controlSessions: Operation(summary: "All sessions", answer: .json("ControlSessions"))
        case .chatCompletions, .completions, .embeddings, .models, .model, .ollamaChat, .ollamaGenerate,
            .ollamaTags, .ollamaShow, .ollamaRunning, .ollamaEmbed, .ollamaEmbeddings:
            operation
        }
    }

    /// NUL is refused wherever it stands in a target.
    private static let anyText = ##"{"type":"string","pattern":"^[^\\u0000]*$"}"##

    private static let usageParameters = [
        Operation.Parameter(
            name: "by",
            about: "What the sums are told apart by, with commas",
            schema:
                #"{"type":"string","pattern":"^(|(key|model|day)|(key,model)|(key,day)|(model,day)|(key,model,day))$"}"#
        ),
        Operation.Parameter(
            name: "from",
            about: "From this day on",
            schema: #"{"type":"string","format":"date"}"#
        ),
        Operation.Parameter(
            name: "to",
            about: "Before this day",
            schema: #"{"type":"string","format":"date"}"#
        ),
        Operation.Parameter(name: "key", about: "Only of this key", schema: anyText),
        Operation.Parameter(name: "model", about: "Only of this model", schema: anyText),
    ]
}
