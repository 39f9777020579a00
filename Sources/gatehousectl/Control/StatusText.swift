import IPC

/// The answer to `status`, in supervisord's columns.
///
///     gatehoused                       RUNNING   pid 4711, uptime 1:02:03
///     bridge                           RUNNING   pid 4713, uptime 1:02:02
///       agent cursor: models a, b; 2 in flight; connected 0:12:03
///     worker:0                         BACKOFF   exit status 1
///       worker:0: no room
enum StatusText {
    private static let nameWidth = 30
    private static let gap = 3
    private static let stateWidth = 10

    static func lines(_ records: [ProcessRecord]) -> [String] {
        let width = max(nameWidth, records.map(\.name.count).max() ?? 0) + gap
        return records.flatMap { lines($0, width) }.map(Terminal.printable)
    }

    private static func lines(_ record: ProcessRecord, _ width: Int) -> [String] {
        let head =
            Columns.padded(record.name, width) + Columns.padded(record.state, stateWidth) + record.description
        let errors = record.state == "RUNNING" ? [] : record.stderr ?? []
        return [head] + (record.agents ?? []).map(line) + errors.map { "  \($0)" }
    }

    private static func line(_ agent: AgentStatus) -> String {
        let models = agent.models.joined(separator: ", ")
        let time = clock(agent.connectedSeconds)
        return "  agent \(agent.id): models \(models); \(agent.inFlight) in flight; connected \(time)"
    }

    /// `0:12:03`: hours, minutes, seconds.
    private static func clock(_ seconds: Int) -> String {
        let rest = [seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(seconds / 3600):\(rest.joined(separator: ":"))"
    }
}
