extension GatewayError {
    /// The one table of conditions: OpenAI's status, type, code and sentence, and where Ollama's differ.
    ///
    /// One long switch, so that a new condition cannot be forgotten here and is looked up in one place.
    func row(profile: Profile) -> ErrorRow {
        switch self {
        case .notJSON(let reason):
            ErrorRow(400, "invalid_request_error", "invalid_json", "the body is not a JSON object: \(reason)")
        case .invalidFields(let faults):
            ErrorRow(
                profile.invalidFieldStatus,
                ollama: 400,
                "invalid_request_error",
                "invalid_value",
                faults.map { "\($0.parameter) \($0.message)" }.joined(separator: "; ")
            ).about(faults.first?.parameter)
        case .modelNotFound(let model):
            ErrorRow(
                profile.unknownModelStatus,
                ollama: 404,
                "invalid_request_error",
                "model_not_found",
                "model '\(model)' not found; GET /v1/models lists those that are served here"
            ).about("model", ollama: "model '\(model)' not found")
        case .unauthorized:
            ErrorRow(
                401,
                "authentication_error",
                "invalid_api_key",
                "Invalid API key; send 'Authorization: Bearer KEY' with the key that 'gatehousectl key' shows"
            ).with("www-authenticate", "Bearer")
                .audited("authentication")
        case .conflictingCredentials:
            ErrorRow(
                400,
                "invalid_request_error",
                "conflicting_credentials",
                "the request carries two API keys that differ; send one of them"
            )
        case .modelNotAllowed(let model):
            ErrorRow(
                403,
                "permission_error",
                "model_not_allowed",
                "this API key may not use model '\(model)'; add it to the key's models"
            ).about("model")
                .audited("authorization")
        case .requestTooLarge(let limit):
            ErrorRow(
                413,
                "invalid_request_error",
                "request_too_large",
                "the request is larger than \(limit) bytes; send less or raise the limit"
            )
        case .unsupportedMediaType:
            ErrorRow(
                415,
                "invalid_request_error",
                "unsupported_media_type",
                "this endpoint reads JSON; send 'Content-Type: application/json'"
            )
        case .hostNotAllowed:
            ErrorRow(
                403,
                "permission_error",
                "host_not_allowed",
                "this Host is not served here; use 127.0.0.1 or localhost, or add it to server.allowed_hosts"
            )
            .audited("authorization")
        case .originNotAllowed:
            ErrorRow(
                403,
                "permission_error",
                "origin_not_allowed",
                "pages of this Origin may not ask here; add it to server.allowed_origins"
            )
            .audited("authorization")
        case .forbiddenScope:
            ErrorRow(
                403,
                "permission_error",
                "insufficient_scope",
                "this API key has no scope for this endpoint; add it to the key's scopes"
            )
            .audited("authorization")
        case .notFound(let path):
            ErrorRow(404, "invalid_request_error", "not_found", "nothing is served at '\(path)'")
        case .methodNotAllowed(let allow):
            ErrorRow(
                405,
                "invalid_request_error",
                "method_not_allowed",
                "this path does not serve that method; it serves \(allow)"
            ).with("allow", allow)
        case .limited(let limit):
            ErrorRow(429, "rate_limit_error", "rate_limit_exceeded", limit.message)
                .with(
                    limit.retrySeconds == nil ? "x-should-retry" : "retry-after",
                    limit.retrySeconds.map(String.init) ?? "false"
                )
                .audited("limit")
        case .sessionLimit(let limit, let retryAfter):
            ErrorRow(
                429,
                "rate_limit_error",
                "session_limit",
                "Maximum sessions reached: \(limit) at a time; the first ends in \(retryAfter.components.seconds + 1) s"
            ).with("retry-after", String(retryAfter.components.seconds + 1))
                .audited("limit")
        case .sessionNotFound(let id):
            ErrorRow(
                404,
                "invalid_request_error",
                "session_not_found",
                "no session '\(id)', or it is not yours"
            )
            .about("id")
        case .sessionInUse(let id):
            ErrorRow(409, "invalid_request_error", "session_in_use", "another session has the id '\(id)'")
                .about("session_id")
        case .usageFull:
            ErrorRow(
                503,
                "service_error",
                "usage_full",
                "usage cannot be written down at the moment, and store.usage_full refuses requests then"
            ).retryable
        case .usageUnavailable(let reason):
            ErrorRow(503, "service_error", "usage_unavailable", "usage cannot be told now: \(reason)")
                .retryable
        case .notSupported(let operation, let model):
            // To ask again is in vain, though SDKs do so after any 5xx.
            ErrorRow(
                501,
                "invalid_request_error",
                "operation_not_supported",
                "model '\(model)' does not support \(operation)"
            ).about("model")
                .with("x-should-retry", "false")
        case .agentUnavailable(let model):
            ErrorRow(
                503,
                "service_error",
                "agent_unavailable",
                "no agent is connected for model '\(model)'; "
                    + "start one with: gatehousectl agent --model \(model) -- COMMAND"
            ).retryable
        case .agentFailed(let message):
            ErrorRow(
                profile.agentFailureStatus,
                "api_error",
                "agent_error",
                "the agent failed: \(message)"
            )
        case .providerUnreachable(let provider, let reason):
            ErrorRow(
                502,
                "api_error",
                "provider_error",
                "provider '\(provider)' cannot be reached: \(reason)"
            )
        case .providerFailed(let provider, let reason):
            ErrorRow(502, "api_error", "provider_error", "provider '\(provider)' failed: \(reason)")
        case .providerAnswered(let provider, let status, let reason):
            ErrorRow(
                status,
                status == 429 ? "rate_limit_error" : status < 500 ? "invalid_request_error" : "api_error",
                "provider_error",
                "provider '\(provider)' answered with status \(status): \(reason)"
            )
        case .upstreamTimeout:
            // A client that asks again would have the same work begun twice, and wait as long.
            ErrorRow(
                504,
                "timeout_error",
                "upstream_timeout",
                "the model did not answer in time; is whoever answers for it still at work?"
            ).with("x-should-retry", "false")
        case .overloaded:
            ErrorRow(503, "service_error", "overloaded", "too many requests are queued; try again").retryable
        case .shuttingDown:
            ErrorRow(503, "service_error", "shutting_down", "the gateway is stopping; try again").retryable
        case .malformedRequest(let status, let reason):
            ErrorRow(status, "invalid_request_error", "malformed_request", reason)
        case .internalError:
            ErrorRow(
                500,
                "api_error",
                "internal_error",
                "an internal error; the log tells more under this request's x-request-id"
            )
        }
    }
}
