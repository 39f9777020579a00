package import HTTP

/// What the head of an answer says about limits, in OpenAI's fields.
///
///     x-ratelimit-limit-requests: 60
///     x-ratelimit-remaining-requests: 59
///     x-ratelimit-reset-requests: 1m0s
package enum RateLimitFields {
    /// What is limited; each has the names of its three fields, which are not to be put together for every answer.
    package enum Unit: Sendable {
        case requests, tokens

        fileprivate var names: (limit: String, left: String, reset: String) {
            switch self {
            case .requests:
                (
                    "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
                    "x-ratelimit-reset-requests"
                )
            case .tokens:
                ("x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens")
            }
        }
    }

    /// Adds the three fields of one kind of limit.
    ///
    /// - Parameters:
    ///   - unit: What is limited.
    ///   - limit: What is allowed a minute; nil: there is no limit, and no field.
    ///   - left: What would be admitted now.
    ///   - reset: Until all of it is there again.
    ///   - fields: Those of the answer.
    package static func append(
        _ unit: Unit,
        limit: Int?,
        left: Int?,
        resetsAfter reset: Duration,
        to fields: inout FieldList,
    ) {
        guard let limit, let left else { return }
        let names = unit.names
        fields.append(names.limit, String(limit))
        fields.append(names.left, String(left))
        fields.append(names.reset, spelled(reset))
    }

    /// `17ms`, `12s`, `1m0s`, `6m30s`; whole seconds are rounded up.
    static func spelled(_ duration: Duration) -> String {
        let (whole, attoseconds) = duration.components
        let milliseconds = Int(whole) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        if milliseconds < 1000 { return "\(milliseconds)ms" }
        let seconds = (milliseconds + 999) / 1000
        return seconds < 60 ? "\(seconds)s" : "\(seconds / 60)m\(seconds % 60)s"
    }
}
