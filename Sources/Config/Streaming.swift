extension Configuration {
    /// How answers are streamed: `[streaming]`.
    package struct Streaming: Codable, Equatable, Sendable {
        /// How long the status is withheld while nothing has come from upstream.
        package var commitAfter = Duration.seconds(10)
        /// The pause between two pings of a stream that waits.
        package var heartbeatInterval = Duration.seconds(3)

        /// The defaults.
        package init() {}
    }
}

extension Configuration.Streaming: Section {
    static var rows: [Row<Self>] {
        [
            Row("commit_after", .duration(.zero ... .seconds(3_600)), \.commitAfter),
            Row("heartbeat_interval", .duration(.milliseconds(10) ... .seconds(3_600)), \.heartbeatInterval),
        ]
    }
}
