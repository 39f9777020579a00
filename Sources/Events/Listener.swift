package import Posix

/// A listening socket that this process shares with its siblings.
///
/// One accept a wake, then to the end of the kernel's queue of waiters: else one process takes nearly all connections.
package final class Listener {
    package let name: String
    private let descriptor: Descriptor
    private let loop: EventLoop
    private var source: EventSource?
    private var take: ((consuming Descriptor) -> Void)?

    package init(_ descriptor: consuming Descriptor, name: String, on loop: EventLoop) {
        self.name = name
        self.descriptor = descriptor
        self.loop = loop
    }

    deinit { if let source { loop.unwatch(source) } }

    package var isOpen: Bool { source != nil }
    package var number: CInt { descriptor.number }

    /// Begins to accept; each connection goes to `take`.
    package func open(_ take: @escaping (consuming Descriptor) -> Void) throws(Errno) {
        guard source == nil else { return }
        source = try loop.watch(descriptor.number, [.input, .exclusive]) { [unowned self] _ in
            if let connection = acceptOne() { take(connection) }
            if let source { loop.rearm(source) }
        }
        self.take = take
    }

    /// Stops accepting, after taking everything that waits: a connection for which this process was woken would
    /// otherwise wait for the next one.
    package func leave() {
        guard let source else { return }
        loop.unwatch(source)
        self.source = nil
        takeAll()
        take = nil
    }

    /// Accepts what waits without having been woken for it.
    package func takeAll() {
        while let connection = acceptOne() { take?(connection) }
    }

    private func acceptOne() -> Descriptor? {
        do throws(Errno) {
            return try Socket.accept(descriptor.number)
        } catch {
            return nil
        }
    }
}
