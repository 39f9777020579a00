import IPC

/// The answer to `why`.
///
///     req-6142412b0a000ad800000001 at 2026-01-31T12:00:00.000Z, POST /v1/chat/completions from 127.0.0.1, key ci
///       status 504, upstream_timeout, after 30001.2 ms and 213 bytes
///       the model did not answer in time; is its agent still at work?
///       model m of provider local; answered by worker:0, pid 4711, configuration 3
enum TraceText {
    static func lines(_ record: TraceRecord) -> [String] {
        let name = record.request.map { "\(record.id) (\($0))" } ?? record.id
        let key = record.key.map { ", key \($0)" } ?? ""
        let error = record.error.map { ", \($0)" } ?? ""
        let provider = record.provider.map { " of provider \($0)" } ?? ""
        let model = record.model.map { "model \($0)\(provider); " } ?? ""
        return [
            "\(name) at \(record.at), \(record.method) \(record.path) from \(record.client)\(key)",
            "  status \(record.status)\(error), after \(record.milliseconds) ms and \(record.bytes) bytes",
        ] + (record.message.map { ["  \($0)"] } ?? []) + [
            "  \(model)answered by \(record.process), pid \(record.pid), configuration \(record.generation)"
        ]
    }
}
