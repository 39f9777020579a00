extension Configuration {
    /// Where usage is kept, and for how long: `[store]`.
    package struct Store: Codable, Equatable, Sendable {
        /// What becomes of requests whose usage cannot be written down anywhere.
        package enum WhenFull: String, CaseIterable, Codable, Sendable {
            case serve, refuse
        }

        /// The database; a relative path begins in the state directory.
        package var path = "gatehouse.db"
        /// How long usage is kept.
        package var retention = Duration.seconds(90 * 86_400)
        /// The size of the database, in bytes, above which the oldest usage is deleted.
        package var maxSize = 1 << 30
        /// Whether usage is written down at all.
        package var recordsUsage = true
        /// What becomes of requests whose usage cannot be written down anywhere.
        package var whenFull = WhenFull.serve

        /// The defaults.
        package init() {}
    }
}

extension Configuration.Store: Section {
    static var rows: [Row<Self>] {
        [
            Row("path", .path, \.path),
            Row("retention", .duration(.seconds(3_600) ... .seconds(36_500 * 86_400)), \.retention),
            Row("max_size", .size((1 << 20)...(1 << 40)), \.maxSize),
            Row("record_usage", .boolean, \.recordsUsage),
            Row("usage_full", .choice, \.whenFull),
        ]
    }
}
