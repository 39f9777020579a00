/// Something that happens again and again, and that others wait for.
///
/// A wait returns at the next ``raise()``; one that was raised while nobody waited is kept for the next wait.
package final class Signal {
    private let loop: EventLoop
    private var isRaised = false
    private var waiter: UnsafeContinuation<Bool, Never>?
    private var timer: TimerQueue.Token?

    package init(on loop: EventLoop) { self.loop = loop }

    package func raise() {
        guard let waiter else {
            isRaised = true
            return
        }
        finish(waiter, true)
    }

    /// Suspends until it is raised, or until `duration` has passed: then false.
    ///
    /// One waiter at a time.
    package func wait(atMost duration: Duration? = nil) async -> Bool {
        if isRaised {
            isRaised = false
            return true
        }
        return await withUnsafeContinuation { continuation in
            // A hop to the executor may have let others in since the first look.
            if isRaised {
                isRaised = false
                return continuation.resume(returning: true)
            }
            waiter = continuation
            if let duration { timer = loop.schedule(after: duration) { [unowned self] in expire() } }
        }
    }

    private func expire() {
        timer = nil
        if let waiter { finish(waiter, false) }
    }

    private func finish(_ waiting: UnsafeContinuation<Bool, Never>, _ wasRaised: Bool) {
        waiter = nil
        if let timer { loop.cancel(timer) }
        timer = nil
        waiting.resume(returning: wasRaised)
    }
}
