package import Config
package import HTTP

/// What of a head is passed on, each way; everything else stays on its side.
package enum RelayFields {
    /// The client's fields that are the provider's business.
    private static let fromClient: [StaticString] = [
        "accept", "user-agent", "traceparent", "tracestate", "openai-beta", "idempotency-key",
    ]
    /// The provider's fields that are the client's business.
    private static let fromProvider: [StaticString] = [
        "content-type", "retry-after", "retry-after-ms", "x-should-retry", "x-request-id",
        "openai-processing-ms", "openai-version",
    ]
    private static let limits: StaticString = "x-ratelimit-"

    /// The fields of every request to a provider: its credential, and what the configuration adds.
    package static func standing(_ provider: Configuration.Provider, key: String?, hasBody: Bool = true)
        -> FieldList
    {
        var fields: FieldList = [hasBody ? "content-type" : "accept": "application/json"]
        if let key {
            switch provider.type.credential {
            case .bearer: fields.append("authorization", "Bearer \(key)")
            case .apiKey: fields.append("api-key", key)
            }
        }
        for (name, value) in provider.headers.sorted(by: { $0.key < $1.key }) where fields[name] == nil {
            fields.append(name, value)
        }
        return fields
    }

    /// Adds what of the client's own fields is the provider's business, unless the configuration has the same.
    package static func pass(
        _ client: Fields,
        to provider: Configuration.Provider,
        into fields: inout FieldList
    ) {
        client.forEachRaw { name, value in
            guard fromClient.contains(where: { isEqual(name, $0) }) else { return }
            if !provider.headers.isEmpty {
                let name = String(decoding: name, as: UTF8.self).lowercased()
                if provider.headers[name] != nil { return }
            }
            fields.append(received: name, value)
        }
    }

    /// The fields of an answer that is passed on, of those that came.
    ///
    /// `limitsAreOurs`: we limit the client ourselves, so that others' limits would only confuse it. `isStream`: nobody on
    /// the way may hold it back. `isSecret`: whether a value is not to be shown.
    package static func answer(
        _ provider: Fields,
        limitsAreOurs: Bool,
        isStream: Bool = false,
        isSecret: (UnsafeRawBufferPointer) -> Bool,
    ) -> FieldList {
        var fields: FieldList = [:]
        provider.forEachRaw { name, value in
            let isLimit =
                !limitsAreOurs && name.count > limits.utf8CodeUnitCount
                && isEqual(UnsafeRawBufferPointer(rebasing: name[..<limits.utf8CodeUnitCount]), limits)
            if isLimit || fromProvider.contains(where: { isEqual(name, $0) }), !isSecret(value) {
                fields.append(received: name, value)
            }
        }
        if isStream {
            fields.append("cache-control", "no-cache")
            fields.append("x-accel-buffering", "no")
        }
        return fields
    }

    /// Whether the body is a stream of events.
    package static func isEventStream(_ provider: Fields) -> Bool {
        let type: StaticString = "text/event-stream"
        guard let value = provider.bytes(of: "content-type"), value.count >= type.utf8CodeUnitCount else {
            return false
        }
        let name = value.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        return name.withUnsafeBytes { isEqual($0, type) }
    }

    /// The fields of a stream that begins before anything is known of it.
    package static func stream(_ profile: Profile) -> FieldList {
        ["content-type": profile.sseContentType, "cache-control": "no-cache", "x-accel-buffering": "no"]
    }

    /// An event that says why nothing follows.
    package static func failure(_ error: GatewayError, _ profile: Profile) -> [UInt8] {
        OpenAIStream.failure(error, profile)
    }

    /// In any case; `name` is in lower case, of letters and hyphens.
    @inline(__always)
    private static func isEqual(_ bytes: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count where bytes[index] | 0x20 != name.utf8Start[index] { return false }
        return true
    }
}
