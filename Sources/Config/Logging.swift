extension Configuration {
    /// What is logged, and how: `[log]`.
    package struct Logging: Codable, Equatable, Sendable {
        /// The least important line that is written.
        package enum Level: String, CaseIterable, Codable, Sendable {
            case debug, info, warning, error
        }

        /// The shape of a line.
        package enum Format: String, CaseIterable, Codable, Sendable {
            case text, json
        }

        /// The least important line that is written.
        package var level = Level.info
        /// The shape of a line.
        package var format = Format.text
        /// Whether every request gets a line.
        package var logsAccess = true

        /// The defaults.
        package init() {}
    }
}

extension Configuration.Logging: Section {
    static var rows: [Row<Self>] {
        [
            Row("level", .choice, \.level),
            Row("format", .choice, \.format),
            Row("access", .boolean, \.logsAccess),
        ]
    }
}
