extension Configuration {
    /// How much whoever asks may ask for, unless a listener or a key says otherwise: `[limits]`.
    package struct Limits: Codable, Equatable, Sendable {
        /// Whether anything is limited at all, keys and listeners included.
        package var isEnabled = true
        /// Requests for answers of models a minute, or nil for any number.
        package var requestsPerMinute: Int?
        /// Tokens of prompts and answers a minute, or nil for any number.
        package var tokensPerMinute: Int?
        /// Requests at once, before the others follow at the minute's pace, or nil for any number.
        package var burst: Int?
        /// Requests in flight at a time, or nil for any number.
        package var maxConcurrent: Int?

        /// No limit.
        package init() {}

        /// These limits, where `override` does not say otherwise.
        func overridden(by override: LimitOverride) -> Limits {
            var limits = self
            override.requestsPerMinute.map { limits.requestsPerMinute = $0.number }
            override.tokensPerMinute.map { limits.tokensPerMinute = $0.number }
            override.burst.map { limits.burst = $0.number }
            override.maxConcurrent.map { limits.maxConcurrent = $0.number }
            return limits
        }
    }

    /// The limits for whoever presents `key` at `listener`: what the key says, else the listener, else `[limits]`.
    ///
    /// `key` is nil for somebody without one.
    package func limits(for key: Auth.Key?, at listener: Listener) -> Limits {
        let limits = limits.overridden(by: listener.limits)
        return key.map { limits.overridden(by: $0.limits) } ?? limits
    }
}

extension Configuration.Limits: Section {
    static var rows: [Row<Self>] {
        [
            Row("enabled", .boolean, \.isEnabled),
            Row("requests_per_minute", .integerOrNone(upTo: LimitOverride.most), \.requestsPerMinute),
            Row("tokens_per_minute", .integerOrNone(upTo: LimitOverride.mostTokens), \.tokensPerMinute),
            Row("burst", .integerOrNone(upTo: LimitOverride.most), \.burst),
            Row("max_concurrent", .integerOrNone(upTo: LimitOverride.most), \.maxConcurrent),
        ]
    }
}
