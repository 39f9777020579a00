import IPC
import Posix

/// The answers to `usage` and `events`.
///
///     KEY   MODEL   DAY          REQUESTS   PROMPT   COMPLETION   ESTIMATED   FAILED   ABORTED   LOST
///     ci    echo    2026-01-31   12         341      1023         0           1        0         0
enum UsageText {
    static func lines(_ totals: [UsageTotal]) -> [String] {
        guard !totals.isEmpty else { return ["no usage"] }
        let labels: [(String, KeyPath<UsageTotal, String?>)] = [
            ("KEY", \.key), ("MODEL", \.model), ("DAY", \.day),
        ]
        let shown = labels.filter { label in totals.contains { $0[keyPath: label.1] != nil } }
        let numbers: [(String, KeyPath<UsageTotal, Int>)] = [
            ("REQUESTS", \.requests), ("PROMPT", \.promptTokens), ("COMPLETION", \.completionTokens),
            ("ESTIMATED", \.estimated), ("FAILED", \.failed), ("ABORTED", \.aborted), ("LOST", \.lost),
        ]
        return Columns.lines(
            [shown.map(\.0) + numbers.map(\.0)]
                + totals.map { total in
                    shown.map { total[keyPath: $0.1] ?? "-" } + numbers.map { "\(total[keyPath: $0.1])" }
                }
        )
    }

    /// `2026-01-31T12:00:00.000Z completed req-… key=ci model=echo tokens=12+34 ms=45`.
    static func line(_ event: UsageEvent) -> String {
        var words = [WallClock.timestamp(Int64(event.at) * 1_000_000), event.outcome, event.id]
        if let key = event.key { words.append("key=\(key)") }
        words.append("model=\(event.model)")
        let estimate = event.isEstimated ? "~" : ""
        words.append("tokens=\(estimate)\(event.promptTokens)+\(event.completionTokens)")
        if let time = event.totalMilliseconds { words.append("ms=\(Int(time.rounded()))") }
        if let error = event.error { words.append("error=\(error)") }
        return words.joined(separator: " ")
    }
}
