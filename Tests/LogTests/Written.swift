import Log

/// A log, and what has been written by it.
final class Written {
    let log: Logger
    private let store = Store()

    /// A write takes `room` bytes at most; nil: all.
    init(_ format: LogLine.Format = .text, room: Int? = nil) {
        let store = store
        store.room = room
        log = Logger(process: "worker:0") { bytes in
            let count = min(bytes.count, store.room ?? .max)
            store.writes += 1
            store.bytes += bytes.prefix(count)
            return count > 0 ? count : nil
        }
        log.format = format
    }

    /// How many bytes the next write takes; nil: all.
    var room: Int? {
        get { store.room }
        set { store.room = newValue }
    }

    var writes: Int { store.writes }

    var bytes: [UInt8] {
        log.flush()
        return store.bytes
    }

    var lines: [String] { String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init) }

    /// The lines behind their time.
    var facts: [String] { lines.map { String($0.drop { $0 != " " }.dropFirst()) } }
}

private final class Store {
    var bytes: [UInt8] = []
    var room: Int?
    var writes = 0
}
