import CSystem

/// What an epoll instance watches for and reports (epoll(7)).
package struct EpollEvents: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let input = EpollEvents(rawValue: GH_EPOLLIN)
    package static let output = EpollEvents(rawValue: GH_EPOLLOUT)
    package static let peerClosed = EpollEvents(rawValue: GH_EPOLLRDHUP)
    package static let hangup = EpollEvents(rawValue: GH_EPOLLHUP)
    package static let error = EpollEvents(rawValue: GH_EPOLLERR)
    package static let edge = EpollEvents(rawValue: GH_EPOLLET)
    package static let exclusive = EpollEvents(rawValue: GH_EPOLLEXCLUSIVE)

    /// The descriptor is closed at both ends, or in error.
    package var isBroken: Bool { rawValue & (GH_EPOLLHUP | GH_EPOLLERR) != 0 }
    package var saysReadable: Bool {
        rawValue & (GH_EPOLLIN | GH_EPOLLRDHUP | GH_EPOLLHUP | GH_EPOLLERR) != 0
    }
    package var saysWritable: Bool { rawValue & (GH_EPOLLOUT | GH_EPOLLHUP | GH_EPOLLERR) != 0 }
    package var saysPeerClosed: Bool { rawValue & (GH_EPOLLRDHUP | GH_EPOLLHUP | GH_EPOLLERR) != 0 }
}

/// An epoll instance.
package struct Epoll: ~Copyable {
    private let epoll: Descriptor
    private var buffer = [gh_event](repeating: gh_event(), count: 256)

    package init() throws(Errno) {
        epoll = Descriptor(owning: try retrying("epoll_create1") { gh_epoll_create() })
    }

    package func add(_ descriptor: CInt, _ events: EpollEvents, tag: UInt64) throws(Errno) {
        try retrying("epoll_ctl") { gh_epoll_add(epoll.number, descriptor, events.rawValue, tag) }
    }

    package func modify(_ descriptor: CInt, _ events: EpollEvents, tag: UInt64) throws(Errno) {
        try retrying("epoll_ctl") { gh_epoll_modify(epoll.number, descriptor, events.rawValue, tag) }
    }

    package func remove(_ descriptor: CInt) { _ = gh_epoll_remove(epoll.number, descriptor) }

    /// Waits for events and says how many came; ask for each with ``event(_:)``.
    ///
    /// `milliseconds`: -1 waits for ever, 0 only collects what is there.
    @inline(__always)
    package mutating func wait(milliseconds: CInt) -> Int {
        Int(max(0, gh_epoll_wait(epoll.number, &buffer, CInt(buffer.count), milliseconds)))
    }

    @inline(__always)
    package func event(_ index: Int) -> (tag: UInt64, events: EpollEvents) {
        (buffer[index].tag, EpollEvents(rawValue: buffer[index].events))
    }
}

/// Wakes an epoll wait from any thread (eventfd(2)).
package final class Bell: Sendable {
    private let event: Descriptor

    /// A bell that somebody else made; the descriptor is this object's from now on.
    package init(owning descriptor: CInt) { event = Descriptor(owning: descriptor) }

    package init() throws(Errno) {
        event = Descriptor(owning: try retrying("eventfd") { gh_eventfd() })
    }

    package var descriptor: CInt { event.number }

    package func ring() {
        var one: UInt64 = 1
        _ = withUnsafeBytes(of: &one) { try? Descriptor.write(event.number, $0) }
    }

    package func silence() {
        var count: UInt64 = 0
        _ = withUnsafeMutableBytes(of: &count) { try? Descriptor.read(event.number, into: $0) }
    }
}
