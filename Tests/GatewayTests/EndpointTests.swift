import Config
import Gateway
import HTTP
import JSON
import Testing

struct EndpointTests {
    @Test(arguments: [
        (Method.post, "/v1/chat/completions", Endpoint.chatCompletions, Dialect.openai, true),
        (.post, "/chat/completions", .chatCompletions, .openai, true),
        (.get, "/v1/models", .models, .openai, true),
        (.head, "/v1/models", .models, .openai, true), (.get, "/models", .models, .openai, true),
        (.get, "/v1/models/a/b:c", .model, .openai, true), (.post, "/api/chat", .ollamaChat, .ollama, true),
        (.post, "/api/generate", .ollamaGenerate, .ollama, true),
        (.get, "/api/tags", .ollamaTags, .ollama, true),
        (.get, "/api/version", .ollamaVersion, .ollama, false), (.get, "/", .ollamaRoot, .plain, false),
        (.head, "/", .ollamaRoot, .plain, false), (.get, "/health", .health, .plain, false),
        (.get, "/metrics", .metrics, .plain, true), (.get, "/livez", .livez, .plain, false),
        (.get, "/readyz", .readyz, .plain, false),
    ])
    func `a path leads to its endpoint`(
        method: Method,
        path: String,
        endpoint: Endpoint,
        dialect: Dialect,
        requiresKey: Bool
    ) throws {
        let groups = Configuration.Listener.Group.allCases.map(\.rawValue)
        let match = try Endpoint.router().match(method, path: Array(path.utf8)[...], groups: groups)
        guard case .found(let row, let parameters) = match else {
            Issue.record("not found")
            return
        }
        #expect(row.endpoint == endpoint)
        #expect(row.dialect == dialect)
        #expect(!row.scopes.isEmpty == requiresKey)
        #expect(parameters["id"] == (endpoint == .model ? "a/b:c" : nil))
    }

    @Test func `every endpoint has a row`() {
        #expect(
            Endpoint.allCases.allSatisfy { endpoint in Endpoint.rows.contains { $0.endpoint == endpoint } }
        )
    }

    @Test func `a listener hides the groups that it does not show`() throws {
        let router = try Endpoint.router()
        guard case .notFound = router.match(.post, path: Array("/api/chat".utf8)[...], groups: ["openai"])
        else {
            Issue.record("shown")
            return
        }
    }
}
