package import Posix
package import TLS

/// A connected, non-blocking stream on the loop: TCP, a Unix socket, one end of a pipe; with TLS if that was started.
///
/// Not `Sendable`: it lives and dies inside one process's role. One reader and one writer at a time.
package final class ByteStream {
    private var descriptor: Descriptor?
    package let registration: Registration
    private let loop: EventLoop

    /// What protects the bytes; nil: nothing does.
    package private(set) var tls: TLSSession?

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
        if tls != nil { return try readSecured(into: buffer) }
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

    /// Writes what fits now, and says how much; with TLS the rest must be written before anything else is.
    package func writeNow(_ bytes: [UInt8], from start: Int) throws(StreamError) -> Int {
        guard isOpen else { throw .closed }
        if tls != nil { return try writeSecured(bytes, from: start) }
        do throws(Errno) {
            return try bytes.span.withUnsafeBytes { all throws(Errno) in
                try send(UnsafeRawBufferPointer(rebasing: all[start...])) ?? 0
            }
        } catch {
            throw .failed(error)
        }
    }

    /// No more bytes from us; the peer reads to the end (shutdown(2)), which TLS has announced to it (close_notify).
    package func finishWriting() {
        guard isOpen else { return }
        if let tls, !tls.finish() {
            return registration.awaitRoom { [weak self] in self?.finishWriting() }
        }
        Socket.finishSending(number)
    }

    /// Closes at once, with TLS's own end if there is room for it; whoever waits gets `closed`.
    package func close() {
        if let tls {
            _ = tls.finish()
            self.tls = nil
        }
        registration.close()
        descriptor = nil
    }

    // MARK: TLS

    /// Shakes hands, within the deadline; from then on everything that is read and written goes through `session`.
    ///
    /// - Throws: why not; then the stream is closed.
    package func startTLS(_ session: TLSSession) async throws(TLSFault) {
        do throws(TLSFault) {
            try session.attach(to: number)
            while let need = try await handshakeStep(session) { try await wait(for: need) }
        } catch {
            close()
            throw error
        }
        tls = session
        // What came with the last message of the handshake lies in the session already.
        registration.wakeReader()
    }

    /// Takes a step when the loop has time for it; nil: it was the last.
    private func handshakeStep(_ session: TLSSession) async throws(TLSFault) -> TLSNeed? {
        await loop.handshakes.enter()
        defer { if !session.hasAdvanced { loop.handshakes.giveBack() } }
        guard isOpen else { throw .closed }
        return try session.handshake()
    }

    private func wait(for need: TLSNeed) async throws(TLSFault) {
        do throws(StreamError) {
            switch need {
            case .input:
                registration.mayRead = false
                try await registration.readable()
            case .room:
                registration.mayWrite = false
                try await registration.writable()
                registration.finishedWriting()
            }
        } catch {
            switch error {
            case .closed: throw .closed
            case .timedOut: throw .timedOut
            case .truncated: throw .cut
            case .failed(let errno): throw .failed(errno)
            case .tls(let fault): throw fault
            }
        }
    }

    private func readSecured(into buffer: InputBuffer) throws(StreamError) -> Int? {
        guard let tls else { throw .closed }
        let before = tls.received
        do throws(TLSFault) {
            let progress = try tls.read(into: buffer.room())
            buffer.filled(progress.count)
            bytesRead += progress.count
            registration.readDepends(on: progress.need)
            if tls.received != before { registration.uncrossWrite() }
            return progress.count == 0 && progress.need != nil ? nil : progress.count
        } catch {
            registration.uncrossWrite()
            throw StreamError(error)
        }
    }

    private func writeSecured(_ bytes: [UInt8], from start: Int) throws(StreamError) -> Int {
        guard let tls else { throw .closed }
        let (received, sent) = (tls.received, tls.sent)
        do throws(TLSFault) {
            let progress = try bytes.span.withUnsafeBytes { all throws(TLSFault) in
                try tls.write(UnsafeRawBufferPointer(rebasing: all[start...]))
            }
            registration.writeDepends(on: progress.need)
            if tls.sent != sent { registration.uncrossRead() }
            // The edge for what this write has taken in may never come: the kernel has nothing left to tell of.
            if tls.received != received { registration.wakeReader() }
            return progress.count
        } catch {
            registration.wakeReader()
            throw StreamError(error)
        }
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
