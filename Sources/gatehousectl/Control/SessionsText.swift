import IPC

/// The answer to `sessions`.
///
///     SESSION     WHO      MODEL   FROM        REQUESTS   AGE   IDLE   LEFT
///     sess-x1y…   key ci   m       127.0.0.1   12         60s   3s     240s
enum SessionsText {
    static func lines(_ records: [SessionRecord]) -> [String] {
        guard !records.isEmpty else { return ["no sessions"] }
        return Columns.lines(
            [["SESSION", "WHO", "MODEL", "FROM", "REQUESTS", "AGE", "IDLE", "LEFT"]]
                + records.map { record in
                    [
                        record.id, record.principal, record.model, record.client, "\(record.requests)",
                        "\(record.ageSeconds)s", "\(record.idleSeconds)s", "\(record.leftSeconds)s",
                    ]
                }
        )
    }
}
