package import Posix

/// A listening socket that this process shares with its siblings.
///
/// One accept a wake, then to the end of the kernel's queue of waiters: else one process takes nearly all connections.
package final class Listener {
    package let name: String
    private let descriptor: Descriptor
    private let loop: EventLoop
    private static let restTime = Duration.milliseconds(100)

    private var source: EventSource?
    private var pause: TimerQueue.Token?
    private var take: ((consuming Descriptor) -> Void)?

    package init(_ descriptor: consuming Descriptor, name: String, on loop: EventLoop) {
        self.name = name
        self.descriptor = descriptor
        self.loop = loop
    }

    deinit { unwatch() }

    package private(set) var isOpen = false
    package var number: CInt { descriptor.number }

    /// Begins to accept; each connection goes to `take`.
    package func open(_ take: @escaping (consuming Descriptor) -> Void) throws(Errno) {
        guard !isOpen else { return }
        self.take = take
        isOpen = true
        try watch()
    }

    /// Stops accepting, after taking everything that waits: a connection for which this process was woken would
    /// otherwise wait for the next one.
    package func leave() {
        guard isOpen else { return }
        isOpen = false
        unwatch()
        takeAll()
        take = nil
    }

    /// Accepts what waits without having been woken for it.
    package func takeAll() { while takeOne() {} }

    private func watch() throws(Errno) {
        source = try loop.watch(descriptor.number, [.input, .exclusive]) { [unowned self] _ in
            _ = takeOne()
            if let source { loop.rearm(source) }
        }
    }

    private func unwatch() {
        if let source { loop.unwatch(source) }
        if let pause { loop.cancel(pause) }
        (source, pause) = (nil, nil)
    }

    /// Whether a connection was there to be taken.
    private func takeOne() -> Bool {
        do throws(Errno) {
            guard let connection = try Socket.accept(descriptor.number) else { return false }
            take?(connection)
            return true
        } catch {
            if isOpen { rest() }
            return false
        }
    }

    /// What cannot be accepted, as when no descriptor is left, would wake the loop again and again: look later.
    private func rest() {
        unwatch()
        pause = loop.schedule(after: Self.restTime) { [weak self] in
            guard let self else { return }
            pause = nil
            try? watch()
        }
    }
}
