import Posix

/// Something that changes now and then, and that many wait for at once.
package final class Broadcast {
    private let loop: EventLoop
    private var waiting: [Int: Signal] = [:]
    private var lastNumber = 0

    package init(on loop: EventLoop) { self.loop = loop }

    /// Everybody who waits looks again.
    package func announce() { for signal in waiting.values { signal.raise() } }

    /// Suspends until `condition` holds or `limit` has passed; it is asked now, and at every ``announce()``.
    ///
    /// - Returns: whether it holds.
    package func until(within limit: Duration, _ condition: () -> Bool) async -> Bool {
        let end = Moment.now + limit
        lastNumber += 1
        let (number, signal) = (lastNumber, Signal(on: loop))
        waiting[number] = signal
        defer { waiting[number] = nil }
        while !condition() {
            let rest = end - .now
            guard rest > .zero, await signal.wait(atMost: rest) else { return condition() }
        }
        return true
    }
}
