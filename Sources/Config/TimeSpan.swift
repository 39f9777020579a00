/// Durations as people write them: `500ms`, `30s`, `5m`, `1h`, `90d`.
enum TimeSpan {
    private static let units = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("ms", 1), ("s", 1_000),
    ]

    /// The duration that `text` names, or nil if it is none.
    static func parse(_ text: String) -> Duration? {
        guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
        return WholeNumber.parse(text.dropLast(unit.count), times: factor).map { .milliseconds($0) }
    }

    /// The spelling of `duration` in the largest of days, hours, seconds and milliseconds that is exact; a day is 24 hours.
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
        if milliseconds == 0 { return "0s" }
        if !milliseconds.isMultiple(of: 1_000) { return "\(milliseconds)ms" }
        if milliseconds.isMultiple(of: 86_400_000), milliseconds > 86_400_000 {
            return "\(milliseconds / 86_400_000)d"
        }
        if milliseconds.isMultiple(of: 3_600_000) { return "\(milliseconds / 3_600_000)h" }
        return "\(milliseconds / 1_000)s"
    }
}
