/// Why a request gets no answer, or none to its end.
///
/// In a box: every function that can throw it keeps room for it while it waits.
package indirect enum GatewayError: Error, Equatable, Sendable {
    /// The body is not a JSON object; the reason says where.
    case notJSON(String)
    /// The body is JSON with fields that cannot be used, all named; never empty.
    case invalidFields([FieldFault])
    /// No such model, or not on this listener.
    case modelNotFound(String)
    /// A key is required, and none or a wrong one came.
    case unauthorized
    /// Two fields carry keys that differ.
    case conflictingCredentials
    /// The key may not use this model.
    case modelNotAllowed(String)
    /// The body is, or an agent's frame would be, longer than so many bytes.
    case requestTooLarge(limit: Int)
    /// The body is of a media type that no endpoint reads.
    case unsupportedMediaType
    /// Host names another machine (DNS rebinding).
    case hostNotAllowed
    /// A browser asks for a page that is not trusted.
    case originNotAllowed
    /// The key is valid but not for this kind of endpoint.
    case forbiddenScope
    /// No endpoint has this path.
    case notFound(path: String)
    /// The path has endpoints, for these methods: `GET, HEAD`.
    case methodNotAllowed(allow: String)
    /// Somebody has asked for as much as they may.
    case limited(RateLimit)
    /// There are as many sessions as there may be.
    case sessionLimit(Int, retryAfter: Duration)
    /// No such session, or not the caller's.
    case sessionNotFound(String)
    /// Somebody else's session has that id.
    case sessionInUse(String)
    /// What it costs can be written down nowhere, and it is to be refused then.
    case usageFull
    /// What was used cannot be told now; the reason is the store's.
    case usageUnavailable(String)
    /// Whoever answers for the model cannot do that: `embeddings`.
    case notSupported(operation: String, model: String)
    /// No agent serves the model now.
    case agentUnavailable(model: String)
    /// The agent reported an error or left, or the bridge is gone.
    case agentFailed(message: String)
    /// There is no connection to the provider of that name.
    case providerUnreachable(String, reason: String)
    /// The provider of that name gave no answer that could be used.
    case providerFailed(String, reason: String)
    /// The provider of that name has answered that something is wrong.
    case providerAnswered(String, status: Int, reason: String)
    /// The agent or upstream was silent for too long.
    case upstreamTimeout
    /// More is queued than this process may hold.
    case overloaded
    /// The daemon is stopping.
    case shuttingDown
    /// HTTP was not understood, or came too slowly.
    case malformedRequest(status: Int, reason: String)
    /// Our own fault; the log knows more under the request's id.
    case internalError

    /// The condition as OpenAI's clients are told it: `model_not_found`.
    package var code: String { row(profile: .default).code }

    /// The provider that could not be reached, or gave nothing to be used, and why; nil: it is something else.
    package var failedProvider: (name: String, reason: String)? {
        switch self {
        case .providerUnreachable(let name, let reason), .providerFailed(let name, let reason): (name, reason)
        case .providerAnswered(let name, let status, let reason):
            status >= 500 ? (name, "status \(status): \(reason)") : nil
        case .notJSON, .invalidFields, .modelNotFound, .unauthorized, .conflictingCredentials,
            .modelNotAllowed,
            .requestTooLarge, .unsupportedMediaType, .hostNotAllowed, .originNotAllowed, .forbiddenScope,
            .notFound, .methodNotAllowed, .limited, .sessionLimit, .sessionNotFound, .sessionInUse,
            .usageFull,
            .usageUnavailable, .notSupported, .agentUnavailable, .agentFailed, .upstreamTimeout, .overloaded,
            .shuttingDown, .malformedRequest, .internalError:
            nil
        }
    }

    /// What the audit log calls it; nil: it is none of its business.
    package var auditEvent: String? { row(profile: .default).event }
}
