/// How much one subject may ask for; nil: as much as it likes.
package struct LimitRules: Equatable, Hashable, Sendable {
    /// Requests a window, 1 to ``LimitWord/maxRequests``.
    package var requests: Int?
    /// Tokens a window, 1 to ``LimitWord/maxTokens``.
    package var tokens: Int?
    /// Requests at once; then one follows every window ÷ `requests`, and without that limit it has no effect.
    package var burst: Int?
    /// Requests in flight at a time.
    package var concurrency: Int?

    /// Rules with these limits.
    package init(requests: Int? = nil, tokens: Int? = nil, burst: Int? = nil, concurrency: Int? = nil) {
        self.requests = requests
        self.tokens = tokens
        self.burst = burst
        self.concurrency = concurrency
    }

    /// Whether nothing is limited, and so nothing needs to be counted.
    package var isEmpty: Bool { self == LimitRules() }
}

/// How a subject stands with its rules.
package struct LimitStanding: Equatable, Sendable {
    package var rules: LimitRules
    /// Requests that would be admitted now, one after the other; nil: there is no limit.
    package var requestsLeft: Int?
    /// Tokens that would be admitted now; nil: there is no limit.
    package var tokensLeft: Int?
    /// Until the window ends, and everything can be asked for again.
    package var resetsAfter: Duration
}

/// Why a request is not admitted.
package struct LimitRefusal: Error, Equatable, Sendable {
    package enum Unit: Equatable, Sendable {
        case requests
        /// As `requests`, but only for being too many at once.
        case burst
        case tokens
        case concurrency
    }

    package let unit: Unit
    /// What is allowed.
    package let limit: Int
    /// What the subject has used of it.
    package let used: Int
    /// What it asked for: 1 request, or tokens.
    package let wanted: Int
    /// When the same request would be admitted; nil: never, or nobody can tell.
    package let retryAfter: Duration?
    package let standing: LimitStanding
}
