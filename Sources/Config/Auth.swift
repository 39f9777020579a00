extension Configuration {
    /// How clients prove who they are: `[auth]`.
    package struct Auth: Codable, Equatable, Sendable {
        /// A field that may carry the key besides the usual ones, or nil for none.
        package var header: String?
        /// Wrong keys from one address that are answered a minute; nil is any number.
        package var attemptsPerMinute: Int? = 5
        /// The keys, in file order.
        package var keys: [Key] = []

        /// The defaults.
        package init() {}
    }
}

extension Configuration.Auth: Section {
    static var rows: [Row<Self>] {
        [
            Row("header", Format<String>.text("the name of a field", Spelling.isToken).orNone(), \.header),
            Row("attempts_per_minute", .integerOrNone(upTo: 1_000_000), \.attemptsPerMinute),
        ]
    }
}
