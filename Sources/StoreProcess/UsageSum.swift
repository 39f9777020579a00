import Gateway
import JSON

/// What some requests cost together.
package struct UsageSum: Equatable, Sendable {
    /// The values of the query's groups, in its order; nil: those that have none (requests without a key).
    package let labels: [String?]
    /// How many requests ended.
    package let requests: Int
    /// Tokens of the requests.
    package let promptTokens: Int
    /// Tokens of the answers.
    package let completionTokens: Int
    /// Those of the requests that providers had cached.
    package let cachedTokens: Int
    /// Tokens that went into calls of tools.
    package let toolTokens: Int
    /// Requests whose tokens were guessed.
    package let estimated: Int
    /// Requests that ended with an error.
    package let failed: Int
    /// Requests whose client left.
    package let aborted: Int
    /// Requests whose worker died.
    package let lost: Int

    /// SQL of all but the labels.
    ///
    /// `total` cannot overflow, which would make `sum` fail for ever; it is exact up to 2⁵³.
    static let columns = """
        count(*), CAST(total(prompt_tokens) AS INTEGER), CAST(total(completion_tokens) AS INTEGER), \
        CAST(total(cached_tokens) AS INTEGER), CAST(total(tool_tokens) AS INTEGER), \
        count(*) FILTER (WHERE is_estimated), count(*) FILTER (WHERE outcome = 'failed'), \
        count(*) FILTER (WHERE outcome = 'aborted'), count(*) FILTER (WHERE outcome = 'lost')
        """

    /// Writes the sum as an object, its labels by the names of the query's groups.
    func write(labels groups: [UsageQuery.Group], to writer: inout JSONWriter) {
        writer.element(object: {
            for (group, label) in zip(groups, labels) { $0.member(group.rawValue, label) }
            $0.member("requests", requests)
            $0.member("prompt_tokens", promptTokens)
            $0.member("completion_tokens", completionTokens)
            $0.member("total_tokens", promptTokens &+ completionTokens)
            $0.member("cached_tokens", cachedTokens)
            $0.member("tool_tokens", toolTokens)
            $0.member("estimated", estimated)
            $0.member("failed", failed)
            $0.member("aborted", aborted)
            $0.member("lost", lost)
        })
    }

    init(_ row: Statement, labels count: Int) throws(StoreFault) {
        labels = (0..<count).map { _ in row.text() }
        requests = try row.count()
        promptTokens = try row.count()
        completionTokens = try row.count()
        cachedTokens = try row.count()
        toolTokens = try row.count()
        estimated = try row.count()
        failed = try row.count()
        aborted = try row.count()
        lost = try row.count()
    }
}
