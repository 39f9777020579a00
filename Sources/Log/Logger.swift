package import Posix

/// What a process has to say, one line an event: the event's name first, then fields; never a body, never a secret.
///
/// Lines collect in a bounded buffer and are written once per turn of the loop, by ``flush()``; those of requests may wait
/// a little for company, by ``flushIfUrgent()``. What does not fit is dropped and counted. Used on the loop's thread only.
package final class Logger {
    /// The most bytes that wait to be written.
    package static let limit = 1 << 20

    package var level: LogLevel = .info
    package var format: LogLine.Format = .text

    /// Whose lines these are: `worker:0`.
    package var process: String

    /// Lines that did not fit.
    package private(set) var dropped = 0

    /// So much of what may wait does not wait any more; it fits into a pipe that is empty.
    private static let company = 48 << 10

    private var pending: [UInt8] = []
    /// Among what waits is something else than requests.
    private var isUrgent = false
    private let sink: (UnsafeRawBufferPointer) -> Int?

    /// `sink`: takes bytes and says how many it took, nil if none now.
    package init(process: String, sink: @escaping (UnsafeRawBufferPointer) -> Int?) {
        self.process = process
        self.sink = sink
    }

    /// A log that writes to a non-blocking descriptor.
    package convenience init(process: String, descriptor: CInt) {
        self.init(process: process) { bytes in
            do throws(Errno) {
                return try Descriptor.write(descriptor, bytes)
            } catch {
                return bytes.count
            }
        }
    }

    package func debug(_ event: String, _ fields: KeyValuePairs<String, LogLine.Value> = [:]) {
        write(.debug, event, fields)
    }

    package func info(_ event: String, _ fields: KeyValuePairs<String, LogLine.Value> = [:]) {
        write(.info, event, fields)
    }

    package func warning(_ event: String, _ fields: KeyValuePairs<String, LogLine.Value> = [:]) {
        write(.warning, event, fields)
    }

    package func error(_ event: String, _ fields: KeyValuePairs<String, LogLine.Value> = [:]) {
        write(.error, event, fields)
    }

    /// Adds a line that the caller spells itself, without its end; for lines on the request path.
    package func append(_ spell: (inout Pen) -> Void) {
        guard pending.count < Self.limit else {
            dropped += 1
            return
        }
        let start = pending.count
        Pen.append(to: &pending, spell)
        LogLine.end(&pending, from: start)
    }

    /// Writes what has collected if it is much, or more than lines of requests.
    ///
    /// - Returns: whether something is left that ``flush()`` should write soon.
    package func flushIfUrgent() -> Bool {
        if isUrgent || pending.count >= Self.company { flush() }
        return !pending.isEmpty
    }

    /// Writes what has collected, as far as it goes without waiting.
    package func flush() {
        if pending.isEmpty { return }
        isUrgent = false
        guard let written = pending.withUnsafeBytes({ sink($0) }) else { return }
        if written == pending.count {
            pending.removeAll(keepingCapacity: true)
        } else {
            pending.removeFirst(written)
        }
    }

    private func write(_ level: LogLevel, _ event: String, _ fields: KeyValuePairs<String, LogLine.Value>) {
        guard level >= self.level else { return }
        guard pending.count < Self.limit else {
            dropped += 1
            return
        }
        let content = LogLine.Content(
            timestamp: WallClock.timestamp(),
            level: level,
            process: process,
            event: event,
            fields: fields
        )
        isUrgent = true
        LogLine.append(content, to: &pending, format: format)
    }
}
