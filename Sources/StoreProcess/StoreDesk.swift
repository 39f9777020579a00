import Gateway
import IPC
import JSON
import Log

/// Answers what others ask of the store, a stream each.
///
///     usage    a UsageQuery           {"data":[{"key":"ci","requests":3,…}]}
///     rows     {"after":0}            {"rows":[{"serial":1,…},…]}: up to a thousand behind that serial
///     rows     {"last":10}            the same: about so many of the newest
///     import   {"rows":[{…},…]}       {"added":2,"known":1,"bad":[{"index":3,"reason":"…"}]}
///     events   {}                     a chunk for each row as it is committed, {"serial":7,…}
final class StoreDesk {
    /// So many rows go out at once.
    private static let slice = 1000

    private let database: DatabaseKeeper
    private let log: Logger
    private var followers: [DataStream] = []

    init(_ database: DatabaseKeeper, log: Logger) {
        self.database = database
        self.log = log
    }

    func answer(_ stream: DataStream) async {
        guard let body = stream.opening?.body else { return }
        do throws(StoreFault) {
            switch stream.kind {
            case "usage": try await sumUp(UsageQuery(body) ?? UsageQuery(), stream)
            case "rows": try await sendRows(body, stream)
            case "import": try await take(body["rows"]?.elements.map { Array($0.raw) } ?? [], stream)
            case "events": follow(stream)
            default: stream.fail(code: "internal_error", "nobody here serves '\(stream.kind)'")
            }
        } catch {
            stream.fail(code: "store_failed", error.sentence(path: database.path))
        }
    }

    /// Tells everybody who follows of rows that have just been committed.
    func publish(_ rows: [JournalReceipt.Row]) {
        followers.removeAll(where: \.isOver)
        guard !followers.isEmpty else { return }
        for row in rows {
            let chunk = Self.numbered(row.serial, row.record.serialized())
            for follower in followers where !follower.send(chunk: chunk) {
                follower.fail(code: "too_slow", "too many events wait for a slow reader")
            }
        }
    }

    private func follow(_ stream: DataStream) { followers.append(stream) }

    private func sumUp(_ query: UsageQuery, _ stream: DataStream) async throws(StoreFault) {
        let sums = try await database.call { store throws(StoreFault) in try store.usage(query) }
        stream.end(
            JSONWriter.object {
                $0.member("data", array: { for sum in sums { sum.write(labels: query.groups, to: &$0) } })
            }
        )
    }

    private func sendRows(_ body: JSONValue, _ stream: DataStream) async throws(StoreFault) {
        let (after, last) = (body["after"]?.int ?? 0, body["last"]?.int)
        let lines = try await database.call { store throws(StoreFault) in
            let first = try last.map { last throws(StoreFault) in try store.lastSerial() - last }
            return try store.records(after: max(0, first ?? after), limit: Self.slice)
        }
        stream.end(
            JSONWriter.object {
                $0.member("rows", array: { for line in lines { $0.element(raw: Self.numbered(line)) } })
            }
        )
    }

    private func take(_ lines: [[UInt8]], _ stream: DataStream) async throws(StoreFault) {
        let done = try await database.call { store throws(StoreFault) in try store.importLines(lines) }
        stream.end(
            JSONWriter.object {
                $0.member("added", done.added)
                $0.member("known", done.known)
                $0.member(
                    "bad",
                    array: { list in
                        for bad in done.bad {
                            list.element(object: {
                                $0.member("index", bad.index)
                                $0.member("reason", "\(bad.fault)")
                            })
                        }
                    }
                )
            }
        )
    }

    private static func numbered(_ line: UsageLine) -> [UInt8] { numbered(line.serial, line.bytes) }

    /// A JSON object with the serial before its other members.
    private static func numbered(_ serial: Int, _ object: [UInt8]) -> [UInt8] {
        Array("{\"serial\":\(serial),".utf8) + object.dropFirst()
    }
}
