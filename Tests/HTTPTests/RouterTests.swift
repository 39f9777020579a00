import HTTP
import Testing

struct RouterTests {
    static let routes: [Route<String>] = [
        Route(.get, "/v1/models/{id...}", group: "openai", endpoint: "model"),
        Route(.get, "/v1/models", group: "openai", endpoint: "models"),
        Route(.get, "/v1/models/special", group: "openai", endpoint: "special"),
        Route(.delete, "/v1/models/{id}", group: "openai", endpoint: "delete"),
        Route(.get, "/v1/models/{id}/files/{name...}", group: "openai", endpoint: "file"),
        Route(.post, "/v1/chat/completions", group: "openai", endpoint: "chat"),
        Route(.get, "/", group: "manage", endpoint: "root"),
        Route(.get, "/", group: "agents", isWebSocket: true, endpoint: "socket"),
        Route(.get, "/agent", group: "agents", isWebSocket: true, endpoint: "agent"),
        Route(.get, "/api/tags", group: "ollama", endpoint: "tags"),
        Route(.head, "/api/tags", group: "ollama", endpoint: "tags head"),
        Route(.get, "/shared", group: "openai", endpoint: "first"),
        Route(.get, "/shared", group: "ollama", endpoint: "second"),
        Route(.get, "/{a}/x", group: "openai", endpoint: "parameter then literal"),
    ]
    static let groups = ["openai", "manage", "agents", "ollama"]

    static func describe(
        _ method: Method,
        _ path: String,
        groups: [String] = groups,
        wantsWebSocket: Bool = false
    ) throws -> String {
        let router = try Router(routes)
        let bytes = [UInt8](path.utf8)[...]
        switch router.match(method, path: bytes, groups: groups, wantsWebSocket: wantsWebSocket) {
        case .found(let endpoint, let parameters):
            let values = ["id", "name", "a"].compactMap { name in parameters[name].map { "\(name)=\($0)" } }
            return ([endpoint] + values).joined(separator: " ")
        case .options(let allow): return "options " + allow.map(\.name).joined(separator: ",")
        case .methodNotAllowed(let allow): return "allow " + allow.map(\.name).joined(separator: ",")
        case .upgradeRequired: return "upgrade"
        case .notFound: return "none"
        }
    }

    @Test(
        arguments: [
            (.get, "/v1/models", "models"), (.head, "/v1/models", "models"),
            (.get, "/v1/models/special", "special"),
            (.get, "/v1/models/a", "model id=a"), (.get, "/v1/models/a/b", "model id=a/b"),
            (.get, "/v1/models/a%2Fb:7b", "model id=a/b:7b"), (.delete, "/v1/models/a%20b", "delete id=a b"),
            (.delete, "/v1/models/special", "delete id=special"),
            (.get, "/v1/models/a/files/b/c", "file id=a name=b/c"),
            (.get, "/v1/models/a/files/", "model id=a/files/"), (.post, "/v1/chat/completions", "chat"),
            (.get, "/", "root"), (.get, "/api/tags", "tags"), (.head, "/api/tags", "tags head"),
            (.get, "/shared", "first"), (.get, "/y/x", "parameter then literal a=y"),
        ] as [(Method, String, String)]
    )
    func `a row is found by method and path`(method: Method, path: String, found: String) throws {
        #expect(try Self.describe(method, path) == found)
    }

    @Test(
        arguments: [
            (.get, "/v1/models/", "none"), (.get, "/v1/model", "none"), (.get, "/V1/models", "none"),
            (.get, "", "none"),
            (.get, "/v1/%6Dodels", "none"), (.get, "//x", "none"), (.get, "/v1/chat/completions/", "none"),
            (.get, "/v1/chat/completions", "allow POST,OPTIONS"),
            (.post, "/v1/models", "allow GET,HEAD,OPTIONS"),
            (.put, "/v1/models/a", "allow DELETE,GET,HEAD,OPTIONS"),
            (.other("BREW"), "/", "allow GET,HEAD,OPTIONS"),
            (.options, "/v1/chat/completions", "options POST,OPTIONS"), (.options, "/nowhere", "none"),
            (.options, "*", "options GET,HEAD,POST,DELETE,OPTIONS"),
            (.get, "*", "allow GET,HEAD,POST,DELETE,OPTIONS"),
            (.get, "/agent", "upgrade"), (.post, "/agent", "allow GET,HEAD,OPTIONS"),
        ] as [(Method, String, String)]
    )
    func `a miss says what the path knows`(method: Method, path: String, miss: String) throws {
        #expect(try Self.describe(method, path) == miss)
    }

    @Test(arguments: [
        ("/agent", true, "agent"), ("/", true, "socket"), ("/", false, "root"),
        ("/v1/models", true, "models"),
    ])
    func `a WebSocket row is for upgrades only`(path: String, wants: Bool, found: String) throws {
        #expect(try Self.describe(.get, path, wantsWebSocket: wants) == found)
    }

    @Test(arguments: [
        (["openai"], "/api/tags", "none"), (["ollama"], "/api/tags", "tags"),
        (["ollama"], "/shared", "second"),
        ([], "/", "none"), (["agents"], "/", "upgrade"), (["ollama"], "/v1/models/a", "none"),
    ])
    func `rows of other groups do not exist`(groups: [String], path: String, found: String) throws {
        #expect(try Self.describe(.get, path, groups: groups) == found)
    }

    @Test(arguments: [
        "", "a", "/{}", "/{a", "/a}", "/{a}b", "/{a}/{a}", "/{a...}/b", "/{...}", "/a b", "/{a b}",
        "/{a}/{a...}", "/{a.b}",
    ])
    func `a malformed pattern is refused`(pattern: String) {
        #expect(throws: RouteFault.malformedPattern(pattern)) {
            _ = try Router([Route(.get, pattern, group: "g", endpoint: 1)])
        }
    }

    @Test
    func `rows that can never match are refused`() {
        let first = Route(.get, "/a/{b}", group: "g", endpoint: 1)

        #expect(throws: RouteFault.duplicate("/a/{c}")) {
            _ = try Router([first, Route(.get, "/a/{c}", group: "g", endpoint: 2)])
        }
        #expect(throws: RouteFault.webSocketNotGet("/w")) {
            _ = try Router([first, Route(.post, "/w", group: "g", isWebSocket: true, endpoint: 2)])
        }
    }
}
