/// A limit that a request has run into.
package struct RateLimit: Equatable, Sendable {
    package enum Unit: Equatable, Sendable {
        case requests
        /// Requests at once.
        case burst
        case tokens
        /// Requests in flight.
        case concurrency
        /// Wrong keys.
        case attempts
    }

    package let unit: Unit
    /// What is allowed, each minute or at a time.
    package let limit: Int
    /// What has been used of it.
    package let used: Int
    /// What this request wants of it.
    package let wanted: Int
    /// When it is worth asking again; nil: at some time or never.
    package let retryAfter: Duration?

    /// A limit of that kind.
    package init(_ unit: Unit, limit: Int, used: Int, wanted: Int, retryAfter: Duration?) {
        self.unit = unit
        self.limit = limit
        self.used = used
        self.wanted = wanted
        self.retryAfter = retryAfter
    }

    /// Whether the same request will be refused at any time.
    var isHopeless: Bool { unit == .tokens && wanted > limit }

    var message: String {
        switch unit {
        case .requests: "Request rate limit exceeded: \(limit) a minute\(again)"
        case .burst: "Request rate limit exceeded: \(limit) at once\(again)"
        case .tokens where isHopeless:
            "Token rate limit exceeded: this request may cost \(wanted) tokens, and \(limit) a minute is the limit; "
                + "shorten it or lower max_tokens"
        case .tokens:
            "Token rate limit exceeded: \(used) of this minute's \(limit) are used, "
                + "and this request may cost \(wanted)\(again)"
        case .concurrency: "Too many requests in flight: \(limit) at a time; wait until one is answered"
        case .attempts:
            "Too many wrong API keys from this address, \(limit) a minute\(again); a right one is always served"
        }
    }

    /// Whole seconds, at least one (RFC 9110 §10.2.3); nil: asking again is no use.
    var retrySeconds: Int? {
        if isHopeless { return nil }
        return max(1, retryAfter.map(Self.seconds) ?? 1)
    }

    private var again: String { retryAfter.map { "; try again in \(Self.seconds($0)) s" } ?? "" }

    /// Rounded up.
    private static func seconds(_ duration: Duration) -> Int {
        let (seconds, rest) = duration.components
        return Int(seconds) + (rest > 0 ? 1 : 0)
    }
}
