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
    private var resumption: TimerQueue.Token?
    private var isPaused = false
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
        (isOpen, isPaused) = (true, false)
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

    /// Accepts one connection, if one waits, without having been woken for it.
    package func takeOneMore() { if isOpen, !isPaused { _ = takeOne() } }

    /// Accepts nobody for a while; who comes waits.
    package func pause() {
        guard isOpen, !isPaused else { return }
        isPaused = true
        unwatch()
    }

    /// Accepts again.
    package func goOn() {
        guard isOpen, isPaused else { return }
        isPaused = false
        rest(.zero)
    }

    private func takeAll() { while takeOne() {} }

    private func watch() throws(Errno) {
        if isPaused { return }
        source = try loop.watch(descriptor.number, [.input, .exclusive]) { [unowned self] _ in
            _ = takeOne()
            if let source { loop.rearm(source) }
        }
    }

    private func unwatch() {
        if let source { loop.unwatch(source) }
        if let resumption { loop.cancel(resumption) }
        (source, resumption) = (nil, nil)
    }

    /// Whether a connection was there to be taken.
    private func takeOne() -> Bool {
        do throws(Errno) {
            guard let connection = try Socket.accept(descriptor.number) else { return false }
            take?(connection)
            return true
        } catch {
            if isOpen { rest(Self.restTime) }
            return false
        }
    }

    /// What cannot be accepted, as when no descriptor is left, would wake the loop again and again: look later.
    private func rest(_ time: Duration) {
        unwatch()
        resumption = loop.schedule(after: time) { [weak self] in
            guard let self else { return }
            resumption = nil
            do throws(Errno) { try watch() } catch { rest(Self.restTime) }
        }
    }
}
