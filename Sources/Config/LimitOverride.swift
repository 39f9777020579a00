/// What a listener or a key says about limits; nil: what `[limits]` says holds.
package struct LimitOverride: Codable, Equatable, Sendable {
    /// A limit that takes the place of another.
    package enum Ceiling: Codable, Equatable, Sendable {
        case unlimited
        case atMost(Int)

        /// Nil: there is no limit.
        var number: Int? {
            switch self {
            case .unlimited: nil
            case .atMost(let number): number
            }
        }
    }

    static let most = 1_000_000
    static let mostTokens = 1_000_000_000

    package var requestsPerMinute: Ceiling?
    package var tokensPerMinute: Ceiling?
    package var burst: Ceiling?
    package var maxConcurrent: Ceiling?

    /// Nothing is said.
    package init() {}

    /// Whether nothing is said.
    package var isEmpty: Bool { self == LimitOverride() }

    /// The keys by which a section with limits says so.
    static func rows<Part>(_ path: WritableKeyPath<Part, LimitOverride>) -> [Row<Part>] {
        [
            Row("requests_per_minute", .ceiling(upTo: most), path.appending(path: \.requestsPerMinute)),
            Row("tokens_per_minute", .ceiling(upTo: mostTokens), path.appending(path: \.tokensPerMinute)),
            Row("burst", .ceiling(upTo: most), path.appending(path: \.burst)),
            Row("max_concurrent", .ceiling(upTo: most), path.appending(path: \.maxConcurrent)),
        ]
    }
}

extension Format where Value == LimitOverride.Ceiling? {
    /// An integer up to `limit`; 0 is none at all.
    static func ceiling(upTo limit: Int) -> Self {
        let number = Format<Int>.integer(0...limit)
        return Format<LimitOverride.Ceiling>(
            noun: number.noun,
            read: { given throws(Refusal) in
                let number = try number.read(given)
                return number == 0 ? .unlimited : .atMost(number)
            },
            text: { String($0.number ?? 0) },
        ).optional()
    }
}
