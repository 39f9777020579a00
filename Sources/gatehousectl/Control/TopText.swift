import IPC

/// One picture of `top`.
///
///     gatehouse up 1:02:03, configuration 2, 1 agent
///     1204.0 requests/s, 86 tokens/s, answers p50 0.4 ms, p95 2.0 ms, p99 5.0 ms
///
///     PROCESS    PID    STATE     REQUESTS/S   IN FLIGHT   CONNECTIONS   MEMORY
///     worker:0   4711   RUNNING   602.0        3           12            9.1 MB
enum TopText {
    static func lines(_ record: TopRecord) -> [String] {
        let agents = record.agents == 1 ? "1 agent" : "\(record.agents) agents"
        let rates =
            "\(tenths(record.requestsPerSecond)) requests/s, \(tenths(record.tokensPerSecond)) tokens/s"
        return [
            "gatehouse up \(clock(record.uptimeSeconds)), configuration \(record.generation), \(agents)",
            rates + latency(record),
            "",
        ]
            + Columns.lines(
                [["PROCESS", "PID", "STATE", "REQUESTS/S", "IN FLIGHT", "CONNECTIONS", "MEMORY"]]
                    + record.processes.map { process in
                        [
                            process.name, "\(process.pid)", process.state, tenths(process.requestsPerSecond),
                            "\(process.inFlight)", "\(process.connections)",
                            process.memory.map { "\(tenths(Double($0) / 1e6)) MB" } ?? "-",
                        ]
                    }
            )
    }

    private static func latency(_ record: TopRecord) -> String {
        guard let p50 = record.p50, let p95 = record.p95, let p99 = record.p99 else { return "" }
        return ", answers p50 \(tenths(p50)) ms, p95 \(tenths(p95)) ms, p99 \(tenths(p99)) ms"
    }

    /// With one digit behind the point.
    private static func tenths(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }

    /// `1:02:03`: hours, minutes, seconds.
    private static func clock(_ seconds: Int) -> String {
        let rest = [seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(seconds / 3600):\(rest.joined(separator: ":"))"
    }
}
