import Events
import Posix

/// Where all lines of the daemon end: the supervisor's standard error, written by the helper thread alone, because a
/// terminal or a full disk can make it wait.
final class LogSink {
    /// The most bytes that wait to be written; beyond it whole pieces are dropped.
    private static let limit = 4 << 20
    private static let descriptor: CInt = 2

    private let loop: EventLoop
    private var pending: [UInt8] = []
    private var isWriting = false
    private let hasMore: Signal

    /// Pieces that did not fit.
    private(set) var dropped = 0

    init(on loop: EventLoop) {
        self.loop = loop
        hasMore = Signal(on: loop)
    }

    func write(_ lines: UnsafeRawBufferPointer) {
        guard pending.count + lines.count <= Self.limit else {
            dropped += 1
            return
        }
        pending += lines
    }

    func write(_ lines: [UInt8]) { lines.withUnsafeBytes { write($0) } }

    /// Writes until there is nothing left, again and again.
    func run() async {
        while true {
            if pending.isEmpty { _ = await hasMore.wait() }
            let batch = pending
            pending = []
            isWriting = true
            _ = try? await loop.blocking { _ in try? Descriptor.writeAll(Self.descriptor, batch) }
            isWriting = false
        }
    }

    /// Lets `run` see what was added; called at the end of a turn.
    func kick() { if !pending.isEmpty, !isWriting { hasMore.raise() } }

    /// Suspends until all that was added has been written, or until `limit` has passed: nobody may read it.
    func flushed(within limit: Duration) async {
        kick()
        let end = Moment.now + limit
        while !pending.isEmpty || isWriting, Moment.now < end { await loop.sleep(for: .milliseconds(1)) }
    }
}
