extension Configuration {
    /// How long a session of a principal with a model lasts, and how many there may be: `[sessions]`.
    package struct Sessions: Codable, Equatable, Sendable {
        /// From its beginning on.
        package var ttl = Duration.seconds(300)
        /// The most sessions at a time, or nil for any number.
        package var limit: Int?
        /// One that was not used for longer is ended to make room for another.
        package var maxIdle = Duration.seconds(120)
        /// How often those that have expired are taken away.
        package var cleanupInterval = Duration.seconds(60)

        /// The defaults.
        package init() {}
    }
}

extension Configuration.Sessions: Section {
    static var rows: [Row<Self>] {
        [
            Row("ttl", .duration(.seconds(1) ... .seconds(30 * 86_400)), \.ttl),
            Row("max", .integerOrNone(upTo: 16_384), \.limit),
            Row("max_idle", .duration(.zero ... .seconds(30 * 86_400)), \.maxIdle),
            Row("cleanup_interval", .duration(.seconds(1) ... .seconds(3_600)), \.cleanupInterval),
        ]
    }
}
