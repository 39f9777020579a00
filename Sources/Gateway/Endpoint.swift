package import Config
package import HTTP

/// What a request can ask for.
package enum Endpoint: CaseIterable, Equatable, Sendable {
    case chatCompletions
    case completions
    case embeddings
    case models
    /// One model, whose name is the parameter `id` of the path.
    case model
    case ollamaChat
    case ollamaGenerate
    case ollamaTags
    case ollamaShow
    case ollamaRunning
    case ollamaEmbed
    case ollamaEmbeddings
    case ollamaVersion
    case ollamaRoot
    case health
    case deepHealth
    case configuration
    case openAPI
    case docs
    case livez
    case readyz
    case metrics
    case usage
    case sessions
    /// One session, whose id is the parameter `id` of the path.
    case session
    case revokeAllSessions
    case registerSession
    case revokeSession
    case controlSessions

    /// A method and a path of an endpoint.
    package struct Row: Sendable {
        /// The method; GET serves HEAD too.
        package let method: Method
        /// The path; `{id...}` takes the rest of it, slashes included.
        package let path: String
        /// What it is shown or hidden with.
        package let group: Configuration.Listener.Group
        /// The form of its errors.
        package let dialect: Dialect
        /// What it asks for.
        package let endpoint: Endpoint
        /// What the key must be for, one of these, where the listener requires keys; none: no key is needed.
        package let scopes: [Scope]
    }

    /// In which form it asks for an answer of a model; nil: it asks for something else.
    package var chatForm: ChatRequest.Form? {
        switch self {
        case .chatCompletions: .openAI
        case .completions: .completion
        case .ollamaChat: .ollamaChat
        case .ollamaGenerate: .ollamaGenerate
        case .embeddings, .models, .model, .ollamaTags, .ollamaShow, .ollamaRunning, .ollamaEmbed,
            .ollamaEmbeddings, .ollamaVersion, .ollamaRoot, .health, .deepHealth, .configuration, .openAPI,
            .docs, .livez, .readyz, .metrics, .usage, .sessions, .session, .revokeAllSessions,
            .registerSession, .revokeSession, .controlSessions:
            nil
        }
    }

    /// The table of all endpoints.
    package static let rows = [
        openAI(.post, "/v1/chat/completions", .chatCompletions),
        openAI(.post, "/chat/completions", .chatCompletions),
        openAI(.post, "/v1/completions", .completions),
        openAI(.post, "/v1/embeddings", .embeddings),
        openAI(.get, "/v1/models", .models),
        openAI(.get, "/v1/models/{id...}", .model),
        openAI(.get, "/models", .models),
        ollama(.post, "/api/chat", .ollamaChat),
        ollama(.post, "/api/generate", .ollamaGenerate),
        ollama(.get, "/api/tags", .ollamaTags),
        ollama(.post, "/api/show", .ollamaShow),
        ollama(.get, "/api/ps", .ollamaRunning),
        ollama(.post, "/api/embed", .ollamaEmbed),
        ollama(.post, "/api/embeddings", .ollamaEmbeddings),
        open(.ollama, "/api/version", .ollamaVersion, .ollama),
        open(.ollama, "/", .ollamaRoot, .plain),
        open(.manage, "/health", .health, .plain),
        open(.manage, "/health/deep", .deepHealth, .plain),
        open(.manage, "/openapi.json", .openAPI, .plain),
        open(.manage, "/docs", .docs, .plain),
        row(.get, "/config", .manage, .openai, .configuration, scopes: [.observe]),
        open(.manage, "/livez", .livez, .plain),
        open(.manage, "/readyz", .readyz, .plain),
        row(.get, "/metrics", .manage, .plain, .metrics, scopes: [.observe]),
        row(.get, "/v1/sessions", .manage, .openai, .sessions, scopes: [.inference, .observe]),
        row(.delete, "/v1/sessions/{id}", .manage, .openai, .session, scopes: [.inference, .admin]),
        row(.post, "/admin/revoke_all_sessions", .admin, .openai, .revokeAllSessions, scopes: [.admin]),
        row(.post, "/control/register", .admin, .openai, .registerSession, scopes: [.admin]),
        row(.post, "/control/revoke", .admin, .openai, .revokeSession, scopes: [.admin]),
        row(.get, "/control/sessions", .admin, .openai, .controlSessions, scopes: [.admin]),
        row(.get, "/v1/usage", .manage, .openai, .usage, scopes: [.inference, .observe]),
    ]

    /// A router over the table; its groups are the raw values of `Configuration.Listener.Group`.
    ///
    /// - Throws: if the table is wrong, which a test would have told.
    package static func router() throws(RouteFault) -> Router<Row> {
        try Router(rows.map { Route($0.method, $0.path, group: $0.group.rawValue, endpoint: $0) })
    }

    private static func openAI(_ method: Method, _ path: String, _ endpoint: Endpoint) -> Row {
        row(method, path, .openai, .openai, endpoint, scopes: [.inference])
    }

    private static func ollama(_ method: Method, _ path: String, _ endpoint: Endpoint) -> Row {
        row(method, path, .ollama, .ollama, endpoint, scopes: [.inference])
    }

    /// A row that anybody may get: it tells that the daemon is there, and how it is.
    private static func open(
        _ group: Configuration.Listener.Group,
        _ path: String,
        _ endpoint: Endpoint,
        _ dialect: Dialect
    ) -> Row {
        row(.get, path, group, dialect, endpoint, scopes: [])
    }

    private static func row(
        _ method: Method,
        _ path: String,
        _ group: Configuration.Listener.Group,
        _ dialect: Dialect,
        _ endpoint: Endpoint,
        scopes: [Scope]
    ) -> Row {
        Row(
            method: method,
            path: path,
            group: group,
            dialect: dialect,
            endpoint: endpoint,
            scopes: scopes
        )
    }
}
