package import Config
package import HTTP

/// What of a head is passed on, each way; everything else stays on its side.
package enum RelayFields {
    /// The client's fields that are the provider's business, names in lower case.
    private static let fromClient = [
        "accept", "user-agent", "traceparent", "tracestate", "openai-beta", "idempotency-key",
    ]
    /// The provider's fields that are the client's business.
    private static let fromProvider = [
        "content-type", "retry-after", "retry-after-ms", "x-should-retry", "x-request-id",
        "openai-processing-ms", "openai-version",
    ]
    private static let limits = "x-ratelimit-"

    /// The fields of a request to a provider: its credential, what the configuration adds, and what may pass.
    package static func request(_ provider: Configuration.Provider, key: String?, from client: Fields)
        -> FieldList
    {
        var fields: FieldList = ["content-type": "application/json"]
        if let key {
            switch provider.type.credential {
            case .bearer: fields.append("authorization", "Bearer \(key)")
            case .apiKey: fields.append("api-key", key)
            }
        }
        for (name, value) in provider.headers where fields[name] == nil {
            fields.append(name, value)
        }
        for name in fromClient where provider.headers[name] == nil {
            if let value = client[name] { fields.append(name, value) }
        }
        return fields
    }

    /// The fields of an answer that is passed on, of those that came.
    ///
    /// `limitsAreOurs`: we limit the client ourselves, so that others' limits would only confuse it. `isStream`: nobody on
    /// the way may hold it back. `isSecret`: whether a value is not to be shown.
    package static func answer(
        _ provider: Fields,
        limitsAreOurs: Bool,
        isStream: Bool = false,
        isSecret: (String) -> Bool,
    ) -> FieldList {
        var fields: FieldList = [:]
        provider.forEach { name, value in
            let name = name.lowercased()
            if fromProvider.contains(name) || !limitsAreOurs && name.hasPrefix(limits), !isSecret(value) {
                fields.append(name, value)
            }
        }
        if isStream {
            fields.append("cache-control", "no-cache")
            fields.append("x-accel-buffering", "no")
        }
        return fields
    }

    /// The fields of a stream that begins before anything is known of it.
    package static func stream(_ profile: Profile) -> FieldList {
        ["content-type": profile.sseContentType, "cache-control": "no-cache", "x-accel-buffering": "no"]
    }

    /// An event that says why nothing follows.
    package static func failure(_ error: GatewayError, _ profile: Profile) -> [UInt8] {
        OpenAIStream.failure(error, profile)
    }
}
