package import Posix

/// A connected, non-blocking stream on the loop: TCP, a Unix socket, one end of a pipe.
///
/// Not `Sendable`: it lives and dies inside one process's role. One reader and one writer at a time.
package final class ByteStream {
    private var descriptor: Descriptor?
    package let registration: Registration
    private let loop: EventLoop

    /// Descriptors that came with what was read, oldest first, and how many bytes had been read with them; whoever
    /// takes one out owns it.
    package var descriptors: [(number: CInt, readWith: Int)] = []
    /// Bytes read since the start.
    package private(set) var bytesRead = 0

    package init(_ descriptor: consuming Descriptor, _ kind: Registration.Kind, on loop: EventLoop)
        throws(Errno)
    {
        registration = try loop.register(descriptor.number, kind)
        self.descriptor = consume descriptor
        self.loop = loop
    }

    deinit {
        close()
        for descriptor in descriptors { _ = Descriptor(owning: descriptor.number) }
    }

    package var isOpen: Bool { !registration.isClosed }
    package var number: CInt { registration.descriptor }

    /// When reads and writes end with `timedOut`; nil: never.
    package var deadline: Moment? {
        get { registration.deadline }
        set { registration.deadline = newValue }
    }

    package func setDeadline(after duration: Duration?) {
        registration.deadline = duration.map { loop.now + $0 }
    }

    /// A buffer for ``read(into:)``.
    package func makeInput() -> InputBuffer { InputBuffer(loop.buffers) }

    /// Reads what there is, at least one byte; 0 at the end.
    package func read(into buffer: InputBuffer) async throws(StreamError) -> Int {
        while true {
            if !registration.mayRead { buffer.release() }
            try await registration.readable()
            if let count = try readNow(into: buffer) { return count }
        }
    }

    /// Reads what there is now; nil if there is nothing, 0 at the end.
    package func readNow(into buffer: InputBuffer) throws(StreamError) -> Int? {
        guard isOpen else { throw .closed }
        let room = buffer.room()
        guard let count = try receive(into: room) else {
            registration.mayRead = false
            return nil
        }
        buffer.filled(count)
        bytesRead += count
        if count < room.count, !registration.peerClosed, registration.kind.shortReadMeansEmpty {
            registration.mayRead = false
        }
        return count
    }

    /// Writes everything.
    package func write(_ bytes: [UInt8]) async throws(StreamError) {
        var sent = try writeNow(bytes, from: 0)
        if sent == bytes.count { return }
        while sent < bytes.count {
            registration.mayWrite = false
            try await registration.writable()
            sent += try writeNow(bytes, from: sent)
        }
        registration.finishedWriting()
    }

    /// Writes what fits now, and says how much.
    package func writeNow(_ bytes: [UInt8], from start: Int) throws(StreamError) -> Int {
        guard isOpen else { throw .closed }
        do throws(Errno) {
            return try bytes.span.withUnsafeBytes { all throws(Errno) in
                try send(UnsafeRawBufferPointer(rebasing: all[start...])) ?? 0
            }
        } catch {
            throw .failed(error)
        }
    }

    /// No more bytes from us; the peer reads to the end (shutdown(2)).
    package func finishWriting() {
        if isOpen { Socket.finishSending(number) }
    }

    /// Closes at once; whoever waits gets `closed`.
    package func close() {
        registration.close()
        descriptor = nil
    }

    private func receive(into room: UnsafeMutableRawBufferPointer) throws(StreamError) -> Int? {
        do throws(Errno) {
            switch registration.kind {
            case .tcp, .unixData: return try Socket.receive(number, into: room)
            case .unixLifecycle:
                var arrived: [CInt] = []
                let count = try DescriptorPassing.receive(number, into: room, descriptors: &arrived)
                descriptors += arrived.map { ($0, bytesRead + (count ?? 0)) }
                return count
            case .source, .sink: return try Descriptor.read(number, into: room)
            }
        } catch {
            throw .failed(error)
        }
    }

    @inline(__always)
    private func send(_ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int? {
        switch registration.kind {
        case .tcp, .unixData, .unixLifecycle: try Socket.send(number, bytes)
        case .source, .sink: try Descriptor.write(number, bytes)
        }
    }
}
