import Config
import Gateway
import HTTP
import Testing

struct RelayFieldsTests {
    /// The field lines as they would be sent, in the order of the alphabet.
    private func lines(_ fields: FieldList) throws -> [String] {
        var bytes: [UInt8] = []
        try ResponseHead(status: 200, fields: fields).serialize(
            into: &bytes,
            framing: .none,
            keepsAlive: true
        )
        return text(bytes).split(separator: "\r\n").dropFirst().map(String.init).sorted()
    }

    private func provider(_ type: String, _ headers: [String: String] = [:]) throws -> Configuration.Provider
    {
        var provider = Configuration.Provider(name: "p", type: try #require(ProviderType.named(type)))
        provider.headers = headers
        return provider
    }

    /// Fields as somebody sent them.
    private func fields(_ lines: String...) throws -> Fields {
        let request = Array("GET / HTTP/1.1\r\nHost: x\r\n\(lines.map { "\($0)\r\n" }.joined())\r\n".utf8)
        var parser = RequestParser(limits: HTTPLimits())
        var position = 0
        let event = try request.withUnsafeBytes { try parser.next($0, position: &position) }
        guard case .head(let head) = event else { throw NoHead() }
        return head.fields
    }

    private func asked(_ provider: Configuration.Provider, key: String?, from client: Fields) -> FieldList {
        var fields = RelayFields.standing(provider, key: key)
        RelayFields.pass(client, to: provider, into: &fields)
        return fields
    }

    private func answered(
        _ provider: Fields,
        limitsAreOurs: Bool,
        isStream: Bool = false
    ) -> FieldList {
        RelayFields.answer(provider, limitsAreOurs: limitsAreOurs, isStream: isStream) {
            String(decoding: $0, as: UTF8.self).contains("sk-")
        }
    }

    @Test(
        arguments: ProviderType.all.filter { $0.format == .openAI }.map(\.name)
    )
    func `the credential is shown as the provider has it`(type: String) throws {
        let sent = try lines(asked(provider(type), key: "sk-1", from: fields()))
        let credential = type == "azure" ? "api-key: sk-1" : "authorization: Bearer sk-1"

        #expect(sent == [credential, "content-type: application/json"])
        #expect(
            try lines(asked(provider(type), key: nil, from: fields())) == [
                "content-type: application/json"
            ]
        )
    }

    @Test(arguments: [
        "Accept: text/event-stream", "User-Agent: x/1 (y)", "traceparent: 00-1", "tracestate: a=b",
        "OpenAI-Beta: assistants=v2",
        "Idempotency-Key: k",
    ])
    func `a field of the client's that is the provider's business passes`(line: String) throws {
        let sent = try lines(asked(provider("openai"), key: nil, from: fields(line)))
        let parts = line.split(separator: ": ", maxSplits: 1)

        #expect(sent.contains("\(parts[0].lowercased()): \(parts[1])"))
        #expect(sent.count == 2)
    }

    @Test(arguments: [
        "Authorization: Bearer client", "api-key: client", "X-API-Key: client", "Cookie: a=b",
        "Accept-Encoding: gzip",
        "Connection: close", "Content-Type: text/plain", "Content-Length: 0", "X-Forwarded-For: 1.2.3.4",
        "Forwarded: for=x",
        "X-Request-Id: r", "OpenAI-Organization: o", "OpenAI-Project: p", "X-Stainless-Lang: python",
        "Expect: 100-continue",
        "Origin: http://x", "Referer: http://x", "Proxy-Authorization: x", "TE: trailers",
        "Accept-Language: de", "Via: x",
    ])
    func `every other one stays here`(line: String) throws {
        let sent = try lines(asked(provider("openai"), key: "sk-1", from: fields(line)))

        #expect(sent == ["authorization: Bearer sk-1", "content-type: application/json"])
    }

    @Test func `the configuration's fields go before the client's, and the credential before both`() throws {
        let headers = ["user-agent": "gate", "x-title": "t", "authorization": "mine"]
        let client = try fields("User-Agent: client", "X-Title: client", "Accept: a")

        #expect(
            try lines(asked(provider("openai", headers), key: "sk-1", from: client)) == [
                "accept: a", "authorization: Bearer sk-1", "content-type: application/json",
                "user-agent: gate",
                "x-title: t",
            ]
        )
        #expect(
            try lines(asked(provider("openai", headers), key: nil, from: client)).contains(
                "authorization: mine"
            )
        )
        #expect(
            try lines(asked(provider("azure", headers), key: "sk-1", from: client)).filter {
                $0.contains("mine") || $0.contains("sk-1")
            } == ["api-key: sk-1", "authorization: mine"]
        )
    }

    @Test(arguments: [
        ("Content-Type: application/json", true), ("Retry-After: 5", true), ("retry-after-ms: 500", true),
        ("X-Should-Retry: false", true), ("X-Request-Id: req_1", true), ("OpenAI-Processing-Ms: 12", true),
        ("openai-version: 2020-10-01", true), ("Set-Cookie: a=b", false), ("Server: cloudflare", false),
        ("Date: x", false),
        ("Connection: close", false), ("Content-Length: 0", false), ("Content-Encoding: gzip", false),
        ("OpenAI-Organization: secret", false), ("WWW-Authenticate: Bearer", false), ("CF-RAY: 1", false),
        ("Location: /", false),
        ("Access-Control-Allow-Origin: *", false), ("Strict-Transport-Security: x", false),
        ("Alt-Svc: h3", false),
        ("Cache-Control: public", false), ("Keep-Alive: timeout=5", false), ("Trailer: x", false),
        ("Upgrade: h2c", false),
        ("X-Ratelimit: 5", false),
    ])
    func `a field of the provider's passes if it is the client's business`(line: String, passes: Bool) throws
    {
        let parts = line.split(separator: ": ", maxSplits: 1)
        for limitsAreOurs in [true, false] {
            let sent = try lines(answered(fields(line), limitsAreOurs: limitsAreOurs))
            #expect(sent == (passes ? ["\(parts[0].lowercased()): \(parts[1])"] : []))
        }
    }

    @Test func `a value that is not to be shown is not`() throws {
        let head = try fields(
            "X-Request-Id: sk-1",
            "Retry-After: 5",
            "X-RateLimit-Key: for sk-1",
            "OpenAI-Version: 1"
        )

        #expect(try lines(answered(head, limitsAreOurs: false)) == ["openai-version: 1", "retry-after: 5"])
    }

    @Test func `the provider's limits pass unless they are ours`() throws {
        let limits = try fields(
            "X-RateLimit-Remaining-Requests: 5",
            "x-ratelimit-reset-tokens: 1s",
            "Retry-After: 1"
        )

        #expect(
            try lines(answered(limits, limitsAreOurs: false)) == [
                "retry-after: 1", "x-ratelimit-remaining-requests: 5", "x-ratelimit-reset-tokens: 1s",
            ]
        )
        #expect(try lines(answered(limits, limitsAreOurs: true)) == ["retry-after: 1"])
    }

    @Test func `a stream is not to be held back on its way`() throws {
        let head = try fields("Content-Type: text/event-stream", "Cache-Control: public")

        #expect(
            try lines(answered(head, limitsAreOurs: true, isStream: true)) == [
                "cache-control: no-cache", "content-type: text/event-stream", "x-accel-buffering: no",
            ]
        )
        #expect(
            try lines(RelayFields.stream(.default)) == [
                "cache-control: no-cache", "content-type: text/event-stream; charset=utf-8",
                "x-accel-buffering: no",
            ]
        )
        #expect(RelayFields.stream(.straico)["content-type"] == "text/event-stream")
    }

    @Test func `a failure inside a stream is an event`() {
        let event = text(RelayFields.failure(.providerFailed("p", reason: "cut"), .default))

        #expect(
            event == #"data: {"error":{"message":"provider 'p' failed: cut","type":"api_error","param":null,"#
                + #""code":"provider_error"}}"# + "\n\n"
        )
    }
}
