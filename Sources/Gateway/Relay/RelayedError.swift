import JSON

/// An answer of a provider that says that there is none.
package struct RelayedError: Sendable {
    /// What we call it.
    package let error: GatewayError
    /// Whether the client is best told in the provider's own words: they are JSON, and not about our credential.
    package let isVerbatim: Bool

    /// What became of a request that the provider of that name answered with `status`.
    ///
    /// `body`: the whole of it; empty if it is not to be repeated.
    package init(status: Int, body: [UInt8], of provider: String) {
        let root = (try? JSONDocument(parsing: body))?.root
        let isObject = root?.kind == .object
        let said = root.flatMap { ProviderError.message(in: $0) } ?? ""
        switch status {
        case 401, 403, 407:
            error = .providerFailed(provider, reason: "it refuses this gateway's API key (status \(status))")
            isVerbatim = false
        case 400...599:
            let reason = said.isEmpty ? "no more is known" : said
            error = .providerAnswered(provider, status: status, reason: reason)
            isVerbatim = isObject
        default:
            error = .providerFailed(provider, reason: "it answered with status \(status)")
            isVerbatim = false
        }
    }

    /// Whether the answer to a request that was to end its stream with its usage says that this cannot be asked for.
    package static func refusesStreamOptions(_ status: Int, _ body: [UInt8]) -> Bool {
        guard status == 400 || status == 422 else { return false }
        let words = Array("stream_options".utf8)
        return body.indices.dropLast(words.count - 1).contains { start in
            body[start..<min(start + words.count, body.count)].elementsEqual(words)
        }
    }
}
