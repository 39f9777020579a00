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
        (.get, "/livez", .livez, .plain, false), (.get, "/readyz", .readyz, .plain, false),
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
        #expect(row.requiresKey == requiresKey)
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

struct BodyTests {
    @Test func `the list of models is OpenAI's`() {
        let expected =
            #"{"object":"list","data":[{"id":"a\"b","object":"model","created":7,"owned_by":"gatehouse","#
            + #""permission":[],"root":"a\"b","parent":null}]}"#
        #expect(text(ModelList.openAI(["a\"b"], created: 7)) == expected)
        #expect(text(ModelList.openAI([], created: 7)) == #"{"object":"list","data":[]}"#)
    }

    @Test func `one model is an object of the list`() throws {
        let list = try json(text(ModelList.openAI(["m", "n"], created: 7)))
        let second = try #require(list["data"]?.elements.dropFirst().first)
        #expect(Array(second.raw) == ModelList.openAI("n", created: 7))
    }

    @Test func `the list of tags is Ollama's`() throws {
        let body = ModelList.ollama(["m"], modified: newYear + 5)
        let expected =
            #"{"models":[{"name":"m","model":"m","modified_at":"2026-01-01T00:00:00.000000005Z","size":0,"#
            + #""digest":"62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a","#
            + #""details":{"parent_model":"","format":"gatehouse","family":"gateway","families":["gateway"],"#
            + #""parameter_size":"Variable","quantization_level":"N/A"}}]}"#
        #expect(text(body) == expected)
    }

    @Test func `Ollama's greetings are Ollama's`() throws {
        #expect(text(Version.ollamaRoot) == "Ollama is running")
        #expect(try member("version", of: Version.ollama)?.wholeMatch(of: /"\d+\.\d+\.\d+"/) != nil)
    }

    @Test func `a healthy report says so`() {
        let report = HealthReport(
            reasons: [],
            time: newYear,
            version: "1.0.0",
            uptimeSeconds: 3,
            activeSessions: 2
        )
        let expected =
            #"{"status":"healthy","timestamp":"2026-01-01T00:00:00.000000000Z","version":"1.0.0","#
            + #""uptime_seconds":3,"active_sessions":2,"message":"all parts work","reasons":[]}"#
        #expect(text(report.body(profile: .default)) == expected)
    }

    @Test func `a degraded report says why`() throws {
        let report = HealthReport(
            reasons: ["the bridge is down", "no agent"],
            time: 0,
            version: "1",
            uptimeSeconds: 0,
            activeSessions: 0
        )
        let body = report.body(profile: .default)
        #expect(try member("status", of: body) == #""degraded""#)
        #expect(try member("message", of: body) == #""the bridge is down; no agent""#)
        #expect(try member("reasons", of: body) == #"["the bridge is down","no agent"]"#)
        #expect(try member("timestamp", of: body) == #""1970-01-01T00:00:00.000000000Z""#)
    }

    @Test(arguments: [
        (951_782_399, "2000-02-28T23:59:59"), (951_782_400, "2000-02-29T00:00:00"),
        (951_868_800, "2000-03-01T00:00:00"), (1_709_164_800, "2024-02-29T00:00:00"),
        (4_107_542_400, "2100-03-01T00:00:00"), (1_798_761_599, "2026-12-31T23:59:59"),
        (-5, "1970-01-01T00:00:00"),
    ])
    func `times are spelled by the calendar`(seconds: Int64, time: String) throws {
        let body = ModelList.ollama(["m"], modified: seconds * 1_000_000_000)
        #expect(text(body).contains("\"\(time).000000000Z\""))
    }
}

struct RequestIDTests {
    @Test func `a source names every request differently`() {
        var source = RequestID.Source(nonce: 0x0123_4567_89AB_CDEF)
        #expect(source.next().description == "req-0123456789abcdef00000001")
        #expect(source.next().completionID == "chatcmpl-0123456789abcdef00000002")
        #expect(Set((0..<1000).map { _ in source.next() }).count == 1000)
    }

    @Test(arguments: [
        ("abc-1", true), ("!~", true), (String(repeating: "x", count: 128), true),
        (String(repeating: "x", count: 129), false), ("", false), ("a b", false), ("é", false),
    ])
    func `a client's own name is taken if it is short and visible`(name: String, isTaken: Bool) throws {
        let head = try head("GET", "/", "X-Request-ID: \(name)")
        #expect(RequestID.fromClient(head.fields) == (isTaken ? name : nil))
    }

    @Test func `a client need not name its request`() throws {
        #expect(RequestID.fromClient(try head().fields) == nil)
    }
}
