package import Posix
import TLS

/// One descriptor's place in the loop: what the kernel last said of it, and who waits.
///
/// The three bits are sticky: an edge that arrives while nobody waits is kept, and the next wait returns at once.
package final class Registration {
    /// What the descriptor is, which decides how it is watched and when a short read means empty.
    package enum Kind: Sendable {
        case tcp
        /// A Unix stream that carries bytes only.
        case unixData
        /// A Unix stream that may carry descriptors: `recvmsg` stops behind a record with some, so a short read
        /// says nothing.
        case unixLifecycle
        /// The reading end of a pipe.
        case source
        /// The writing end of a pipe.
        case sink

        var watched: EpollEvents {
            switch self {
            case .tcp: [.input, .output, .peerClosed, .edge]
            case .unixData, .unixLifecycle: [.input, .peerClosed, .edge]
            case .source: [.input, .edge]
            case .sink: [.output, .edge]
            }
        }

        /// Unix streams are watched for room only while something waits to be written: else every read of the
        /// peer would wake the writer.
        var watchesRoomOnDemand: Bool {
            switch self {
            case .unixData, .unixLifecycle: true
            case .tcp, .source, .sink: false
            }
        }

        var shortReadMeansEmpty: Bool {
            switch self {
            case .tcp, .unixData: true
            case .unixLifecycle, .source, .sink: false
            }
        }
    }

    package let descriptor: CInt
    package let kind: Kind
    let tag: UInt64

    package var mayRead = true
    package var mayWrite = true
    /// The peer will send nothing more; what it sent may still wait to be read.
    package private(set) var peerClosed = false
    package private(set) var isClosed = false

    /// Called once, on the loop, when the peer closes; set while an answer is made that nobody reads any more.
    package var onPeerClosed: (() -> Void)?

    /// When whoever waits is told `timedOut`; nil: never.
    ///
    /// Checked four times a second, and only for who waits then.
    package var deadline: Moment? {
        didSet {
            hasTimedOut = false
            if isClosed, deadline != nil {
                deadline = nil
            } else {
                loop.deadlineChanged(from: oldValue, to: deadline)
            }
        }
    }

    /// TLS can cross the two directions: a read that must first write, a write that must first read.
    private var readNeedsRoom = false
    private var writeNeedsInput = false

    /// Called once when there is room again; set by ``awaitRoom(_:)``.
    var onRoom: (() -> Void)?

    private var hasTimedOut = false
    private var reader: UnsafeContinuation<Void, Never>?
    private var writer: UnsafeContinuation<Void, Never>?
    private var isWatchingRoom = false
    private let loop: EventLoop

    init(_ descriptor: CInt, kind: Kind, tag: UInt64, loop: EventLoop) {
        self.descriptor = descriptor
        self.kind = kind
        self.tag = tag
        self.loop = loop
    }

    /// Suspends until there may be something to read.
    package func readable() async throws(StreamError) {
        try check()
        if mayRead { return }
        await withUnsafeContinuation { continuation in
            precondition(reader == nil, "two readers of one descriptor")
            // A hop to the executor may have let the event in since the first look.
            if mayRead || isClosed { continuation.resume() } else { reader = continuation }
        }
        try check()
    }

    /// Suspends until there may be room to write.
    package func writable() async throws(StreamError) {
        try check()
        if mayWrite { return }
        if kind.watchesRoomOnDemand, !isWatchingRoom, !writeNeedsInput { watchRoom(true) }
        await withUnsafeContinuation { continuation in
            precondition(writer == nil, "two writers of one descriptor")
            if mayWrite || isClosed { continuation.resume() } else { writer = continuation }
        }
        try check()
    }

    /// Calls `action` once, when there may be room to write; instead of waiting for it.
    package func awaitRoom(_ action: @escaping () -> Void) {
        mayWrite = false
        onRoom = action
        if kind.watchesRoomOnDemand, !isWatchingRoom, !writeNeedsInput { watchRoom(true) }
    }

    /// What the next TLS read needs first; nil: nothing that is known of.
    func readDepends(on need: TLSNeed?) {
        mayRead = need == nil
        readNeedsRoom = need == .room
        if readNeedsRoom, kind.watchesRoomOnDemand, !isWatchingRoom { watchRoom(true) }
    }

    /// What the next TLS write needs first; nil: nothing that is known of.
    func writeDepends(on need: TLSNeed?) {
        mayWrite = need == nil
        writeNeedsInput = need == .input
    }

    /// A read has moved bytes: a write that waited for such may go on.
    func uncrossWrite() {
        guard writeNeedsInput else { return }
        writeNeedsInput = false
        wakeWriter()
    }

    /// A write has moved bytes: a read that waited for such may go on.
    func uncrossRead() {
        guard readNeedsRoom else { return }
        readNeedsRoom = false
        wakeReader()
    }

    /// All has been written: a Unix stream is no longer watched for room.
    package func finishedWriting() {
        if isWatchingRoom, !readNeedsRoom { watchRoom(false) }
    }

    /// Lets whoever waits to read look again.
    package func wakeReader() {
        mayRead = true
        resume(reads: true, writes: false)
    }

    /// Takes the descriptor off the loop and resumes whoever waits with `closed`.
    ///
    /// The owner then closes it.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        deadline = nil
        onPeerClosed = nil
        loop.remove(self)
        resume(reads: true, writes: true)
        let writer = onRoom
        onRoom = nil
        writer?()
    }

    func handle(_ events: EpollEvents) {
        if readNeedsRoom || writeNeedsInput {
            handleCrossed(events)
        } else {
            if events.saysReadable { mayRead = true }
            if events.saysWritable { mayWrite = true }
        }
        if events.saysPeerClosed { notePeerClosed() }
        resume(reads: mayRead, writes: mayWrite)
        if mayWrite { callOnRoom() }
    }

    private func handleCrossed(_ events: EpollEvents) {
        if readNeedsRoom ? events.saysWritable : events.saysReadable {
            mayRead = true
            readNeedsRoom = false
        }
        if writeNeedsInput ? events.saysReadable : events.saysWritable {
            mayWrite = true
            writeNeedsInput = false
        }
    }

    private func wakeWriter() {
        mayWrite = true
        resume(reads: false, writes: true)
        callOnRoom()
    }

    private func callOnRoom() {
        guard let action = onRoom else { return }
        onRoom = nil
        action()
    }

    func expire(at now: Moment) {
        guard let deadline, deadline <= now, reader != nil || writer != nil else { return }
        hasTimedOut = true
        resume(reads: true, writes: true)
    }

    private func notePeerClosed() {
        guard !peerClosed else { return }
        peerClosed = true
        if let action = onPeerClosed {
            onPeerClosed = nil
            action()
        }
    }

    @inline(__always)
    private func check() throws(StreamError) {
        if isClosed { throw .closed }
        if hasTimedOut { throw .timedOut }
    }

    @inline(__always)
    private func resume(reads: Bool, writes: Bool) {
        if reads, let waiting = reader {
            reader = nil
            waiting.resume()
        }
        if writes, let waiting = writer {
            writer = nil
            waiting.resume()
        }
    }

    private func watchRoom(_ isWanted: Bool) {
        isWatchingRoom = isWanted
        loop.watch(self, isWanted ? kind.watched.union(.output) : kind.watched)
    }
}
