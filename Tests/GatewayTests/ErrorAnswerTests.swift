import Config
import Gateway
import JSON
import Testing

struct ErrorAnswerTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let error: GatewayError
        let status: Int
        let ollama: Int
        let type: String
        let code: String
        var parameter: String?
        var field: String?

        var testDescription: String { "\(error)" }

        init(
            _ error: GatewayError,
            _ status: Int,
            _ ollama: Int,
            _ type: String,
            _ code: String,
            parameter: String? = nil,
            field: String? = nil
        ) {
            (self.error, self.status, self.ollama, self.type, self.code) = (error, status, ollama, type, code)
            (self.parameter, self.field) = (parameter, field)
        }
    }

    static let fault = FieldFault(parameter: "top_p", message: "must be a number from 0 to 1")

    static let rows = [
        Row(.notJSON("why"), 400, 400, "invalid_request_error", "invalid_json"),
        Row(.invalidFields([fault]), 422, 400, "invalid_request_error", "invalid_value", parameter: "top_p"),
        Row(.modelNotFound("x"), 422, 404, "invalid_request_error", "model_not_found", parameter: "model"),
        Row(
            .unauthorized,
            401,
            401,
            "authentication_error",
            "invalid_api_key",
            field: "www-authenticate: Bearer"
        ),
        Row(
            .limited(RateLimit(.requests, limit: 2, used: 2, wanted: 1, retryAfter: .milliseconds(12_001))),
            429,
            429,
            "rate_limit_error",
            "rate_limit_exceeded",
            field: "retry-after: 13"
        ),
        Row(
            .limited(RateLimit(.tokens, limit: 100, used: 0, wanted: 150, retryAfter: nil)),
            429,
            429,
            "rate_limit_error",
            "rate_limit_exceeded",
            field: "x-should-retry: false"
        ),
        Row(
            .sessionLimit(2, retryAfter: .milliseconds(1500)),
            429,
            429,
            "rate_limit_error",
            "session_limit",
            field: "retry-after: 2"
        ),
        Row(.sessionNotFound("x"), 404, 404, "invalid_request_error", "session_not_found", parameter: "id"),
        Row(.usageUnavailable("x"), 503, 503, "service_error", "usage_unavailable", field: "retry-after: 2"),
        Row(.usageFull, 503, 503, "service_error", "usage_full", field: "retry-after: 2"),
        Row(.conflictingCredentials, 400, 400, "invalid_request_error", "conflicting_credentials"),
        Row(.modelNotAllowed("x"), 403, 403, "permission_error", "model_not_allowed", parameter: "model"),
        Row(.requestTooLarge(limit: 9), 413, 413, "invalid_request_error", "request_too_large"),
        Row(.unsupportedMediaType, 415, 415, "invalid_request_error", "unsupported_media_type"),
        Row(.hostNotAllowed, 403, 403, "permission_error", "host_not_allowed"),
        Row(.originNotAllowed, 403, 403, "permission_error", "origin_not_allowed"),
        Row(.forbiddenScope, 403, 403, "permission_error", "insufficient_scope"),
        Row(.notFound(path: "/x"), 404, 404, "invalid_request_error", "not_found"),
        Row(
            .methodNotAllowed(allow: "GET, HEAD"),
            405,
            405,
            "invalid_request_error",
            "method_not_allowed",
            field: "allow: GET, HEAD"
        ),
        Row(
            .agentUnavailable(model: "x"),
            503,
            503,
            "service_error",
            "agent_unavailable",
            field: "retry-after: 2"
        ),
        Row(.agentFailed(message: "x"), 500, 500, "api_error", "agent_error"),
        Row(.upstreamTimeout, 504, 504, "timeout_error", "upstream_timeout", field: "x-should-retry: false"),
        Row(.overloaded, 503, 503, "service_error", "overloaded", field: "retry-after: 2"),
        Row(.shuttingDown, 503, 503, "service_error", "shutting_down", field: "retry-after: 2"),
        Row(
            .malformedRequest(status: 431, reason: "x"),
            431,
            431,
            "invalid_request_error",
            "malformed_request"
        ),
        Row(.internalError, 500, 500, "api_error", "internal_error"),
    ]

    @Test(arguments: rows)
    func `a condition has its status, type and code in every dialect`(row: Row) {
        for (dialect, status) in [(Dialect.openai, row.status), (.ollama, row.ollama), (.plain, row.status)] {
            let answer = ErrorAnswer(row.error, for: dialect, profile: .default)
            #expect(answer.status == status)
            #expect(answer.type == row.type)
            #expect(answer.code == row.code)
            #expect(answer.parameter == row.parameter)
            #expect(answer.fields.map { "\($0.name): \($0.value)" } == (row.field.map { [$0] } ?? []))
        }
    }

    @Test(arguments: rows)
    func `a body says all that its dialect's clients read`(row: Row) throws {
        let openAI = ErrorAnswer(row.error, for: .openai, profile: .default)
        let body = try json(text(openAI.body(for: .openai)))
        #expect(body["error"]?.members.map(\.name) == ["message", "type", "param", "code"])
        #expect(body["error"]?["message"]?.string == openAI.message)
        #expect(body["error"]?["param"]?.string == row.parameter)
        #expect(body["detail"]?.string == openAI.message)
        let ollama = ErrorAnswer(row.error, for: .ollama, profile: .default)
        let line = try json(text(ollama.body(for: .ollama)))
        #expect(line.members.map(\.name) == ["error"])
        #expect(line["error"]?.string == ollama.message)
        #expect(text(openAI.body(for: .plain)) == openAI.message + "\n")
    }

    @Test(arguments: [
        (GatewayError.unauthorized, "Invalid API key"),
        (.agentUnavailable(model: "m"), "gatehousectl agent --model m"),
        (.requestTooLarge(limit: 77), "77 bytes"), (.hostNotAllowed, "allowed_hosts"),
        (.agentFailed(message: "exit 3"), "exit 3"), (.invalidFields([fault, fault]), "1; top_p must"),
        (.notJSON("expected ':' at offset 3"), "offset 3"), (.internalError, "x-request-id"),
    ])
    func `a message says what to do`(error: GatewayError, part: String) {
        #expect(ErrorAnswer(error, for: .openai, profile: .default).message.contains(part))
    }

    @Test func `Ollama's sentence for an unknown model is Ollama's`() {
        let answer = ErrorAnswer(.modelNotFound("x"), for: .ollama, profile: .default)
        #expect(text(answer.body(for: .ollama)) == #"{"error":"model 'x' not found"}"#)
    }

    @Test(arguments: [
        (Configuration.Listener.Profile.default, 422, 422, 500), (.proxy, 400, 422, 502),
        (.straico, 400, 400, 502),
    ])
    func `a profile decides what the systems contradict each other in`(
        name: Configuration.Listener.Profile,
        model: Int,
        fields: Int,
        agent: Int
    ) {
        let profile = Profile.named(name)
        let errors: [GatewayError] = [
            .modelNotFound("x"), .invalidFields([Self.fault]), .agentFailed(message: ""),
        ]
        #expect(
            errors.map { ErrorAnswer($0, for: .openai, profile: profile).status } == [model, fields, agent]
        )
        #expect(errors.map { ErrorAnswer($0, for: .ollama, profile: profile).status } == [404, 400, agent])
    }

    @Test func `text of others cannot break out of a body`() throws {
        let answer = ErrorAnswer(.modelNotFound("a\"}\n\u{2028}"), for: .ollama, profile: .default)
        let body = text(answer.body(for: .ollama))
        #expect(body == #"{"error":"model 'a\"}\n\u2028' not found"}"#)
    }

    @Test(arguments: [
        ("/api/chat", Dialect.ollama), ("/v1/embeddings", .openai), ("/api", .openai), ("", .openai),
    ])
    func `the dialect of an unknown path is guessed`(path: String, dialect: Dialect) {
        #expect(Dialect(guessingFrom: Array(path.utf8)[...]) == dialect)
    }

    @Test(arguments: [
        (Dialect.openai, "application/json"), (.ollama, "application/json; charset=utf-8"),
        (.plain, "text/plain; charset=utf-8"),
    ])
    func `an error names its media type`(dialect: Dialect, type: String) {
        #expect(ErrorAnswer.contentType(for: dialect) == type)
    }

    @Test func `profiles differ in stream types`() {
        #expect(Profile.default.sseContentType == "text/event-stream; charset=utf-8")
        #expect(Profile.straico.sseContentType == "text/event-stream")
        #expect(Profile.default.ollamaStreamContentType == "application/json; charset=utf-8")
        #expect(Profile.proxy.ollamaStreamContentType == "application/x-ndjson")
        #expect(Profile.default.modelPolicy == .fixed)
    }
}
