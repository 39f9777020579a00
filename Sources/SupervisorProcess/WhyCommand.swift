import IPC
import Posix
import Shared

/// `why ID`: what became of a request, by our name of it or the client's.
enum WhyCommand {
    /// A client may give many requests one name.
    private static let limit = 5

    static func perform(_ daemon: Daemon, _ arguments: [String], _ client: ControlClient) async {
        guard arguments.count == 1, let name = arguments.first, !name.isEmpty else {
            return client.done(.badArguments, "why needs the id of one request")
        }
        let found = daemon.table.shared.requests.find(name).prefix(limit)
        guard !found.isEmpty else {
            return client.done(
                .refused,
                "no request '\(name)' among the last \(RequestRings.rows) of each worker"
            )
        }
        for trace in found { client.record(.trace(record(of: trace))) }
        client.done()
    }

    private static func record(of trace: RequestTrace) -> TraceRecord {
        var record = TraceRecord(
            id: trace.id,
            at: WallClock.timestamp(trace.at),
            process: "worker:\(trace.worker)",
            pid: trace.processID,
            generation: trace.generation,
            method: trace.method,
            path: trace.path,
            client: trace.client,
            status: trace.status,
            milliseconds: Double(trace.microseconds) / 1000,
            bytes: trace.bytes
        )
        let given = { (text: String) in text.isEmpty ? nil : text }
        record.request = trace.name == trace.id ? nil : given(trace.name)
        (record.key, record.model, record.provider) = (
            given(trace.key), given(trace.model), given(trace.provider)
        )
        (record.error, record.message) = (given(trace.error), given(trace.message))
        return record
    }
}
