import Glibc
import Synchronization

/// Holds other threads up until it is opened, and counts them.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var count = 0
    }

    private let state = Mutex(State())

    /// How many have come.
    var count: Int { state.withLock { $0.count } }

    func open() { state.withLock { $0.isOpen = true } }

    /// Blocks the calling thread, which must not be the loop's.
    func wait() {
        state.withLock { $0.count += 1 }
        while !state.withLock({ $0.isOpen }) { usleep(1000) }
    }
}
