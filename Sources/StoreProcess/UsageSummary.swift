import Gateway

/// The SQL of a query for sums.
struct UsageSummary {
    private let query: UsageQuery

    init(_ query: UsageQuery) { self.query = query }

    func sums(in database: Database) throws(StoreFault) -> [UsageSum] {
        let count = query.groups.count
        return try database.prepared(sql)
            .bind(query.from ?? 0).bind(query.to ?? Int.max).bind(query.key).bind(query.model)
            .rows { row throws(StoreFault) in try UsageSum(row, labels: count) }
    }

    /// One of few texts, whatever is asked: values are bound.
    private var sql: String {
        let labels = query.groups.map { "\(Self.label(of: $0)), " }.joined()
        let places = query.groups.indices.map { String($0 + 1) }.joined(separator: ", ")
        let order = query.groups.isEmpty ? "" : "GROUP BY \(places) ORDER BY \(places)"
        return """
            SELECT \(labels)\(UsageSum.columns) FROM usage
            WHERE at >= ?1 AND at < ?2 AND (?3 IS NULL OR key = ?3) AND (?4 IS NULL OR model = ?4)
            \(order)
            """
    }

    private static func label(of group: UsageQuery.Group) -> String {
        switch group {
        case .key: "key"
        case .model: "model"
        case .day: "date(at / 86400000 * 86400, 'unixepoch')"
        }
    }
}
