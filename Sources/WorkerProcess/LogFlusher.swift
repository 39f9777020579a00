import Events
import Log

/// Writes a worker's log: what matters at once, lines of requests many at a time.
///
/// A line for each request would wake the supervisor for each request, and whoever shares its core would wait for it.
final class LogFlusher {
    /// The longest that a line of a request waits.
    private static let patience = Duration.milliseconds(100)

    private let log: Logger
    private let loop: EventLoop
    private var isScheduled = false

    init(_ log: Logger, on loop: EventLoop) {
        self.log = log
        self.loop = loop
    }

    /// Called at the end of every turn.
    func look() {
        guard log.flushIfUrgent(), !isScheduled else { return }
        isScheduled = true
        _ = loop.schedule(after: Self.patience) { [unowned self] in
            isScheduled = false
            log.flush()
        }
    }
}
