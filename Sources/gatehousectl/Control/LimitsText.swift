import IPC

/// The answer to `limits`.
///
///     WHO       REQUESTS   TOKENS        IN FLIGHT   RESETS
///     key ci    12/60      3400/100000   2/5         48s
enum LimitsText {
    static func lines(_ records: [LimitRecord]) -> [String] {
        guard !records.isEmpty else { return ["nobody has used anything in the last minute"] }
        return Columns.lines(
            [["WHO", "REQUESTS", "TOKENS", "IN FLIGHT", "RESETS"]]
                + records.map { record in
                    [
                        record.name,
                        used(record.requests, record.requestsLimit),
                        used(record.tokens, record.tokensLimit),
                        used(record.inFlight, record.inFlightLimit),
                        "\(record.resetsSeconds)s",
                    ]
                }
        )
    }

    private static func used(_ number: Int, _ limit: Int?) -> String {
        limit.map { "\(number)/\($0)" } ?? "\(number)"
    }
}
