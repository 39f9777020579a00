import Events
package import HTTP
import Posix

/// One request to an upstream, and its answer.
package final class UpstreamExchange {
    /// What has come of a body.
    package enum Reading: Equatable, Sendable {
        case some
        case end
        /// Nothing for as long as was waited.
        case silence
    }

    /// What whoever listens in is told.
    package enum Event {
        /// The request is out, as far as it was taken; it may go out once more.
        case sent
        /// Bytes of the answer as they came; they are valid during the call only.
        case received(UnsafeRawBufferPointer)
        /// The answer is complete.
        case complete
        /// The connection ended before it was.
        case cut
        /// The exchange was cancelled, unless it had ended.
        case cancelled
    }

    private enum State {
        case idle
        case sent
        case reading
        case done
    }

    /// Up to this length head and body go out in one piece.
    private static let joined = 64 << 10

    private let upstream: Upstream
    private let method: Method
    /// Head and body, or only the head of a long body; kept until something of the answer has come.
    private var request: [UInt8] = []
    private var body: [UInt8] = []
    private var connection: UpstreamConnection?
    private var state = State.idle
    private var isCancelled = false
    /// The attempt to connect, if none that was kept would do.
    private var attempt: DialHandle?
    /// The request went out to its end.
    private var isSent = false
    private var keepsAlive = false
    /// Something of an answer has come, if only that there will be one.
    private var hasHeard = false

    /// Listens in.
    package var observe: ((Event) -> Void)?

    /// How often the request was sent.
    package private(set) var attempts = 0

    /// `spell`: appends the head of a request with so many bytes of body.
    init(
        _ method: Method,
        body: [UInt8],
        to upstream: Upstream,
        spell: (inout [UInt8], _ contentLength: Int) throws(HTTPFault) -> Void,
    ) throws(HTTPFault) {
        self.upstream = upstream
        self.method = method
        let isJoined = body.count <= Self.joined
        request.reserveCapacity(768 + (isJoined ? body.count : 0))
        try spell(&request, body.count)
        if isJoined { request += body } else { self.body = body }
    }

    deinit { connection?.close() }

    /// Sends the request, the first time, and waits for the head of the answer.
    ///
    /// Sent a second time only if a connection that was kept had died, so that nothing of an answer came.
    ///
    /// - Returns: nil after `limit` of silence; ask again to wait on.
    package func head(within limit: Duration) async throws(UpstreamFault) -> ReceivedResponse? {
        if state == .idle { try await send(on: upstream.takeIdle()) }
        while let connection, !isCancelled {
            if let head = try parseHead(connection) { return head }
            guard let count = try receiveNow(connection) else {
                guard try await isReadable(within: limit) else { return nil }
                continue
            }
            if count == 0 { try await answerFails(on: connection) }
        }
        throw .cancelled
    }

    /// Hands what has come of the body to `take`, piece by piece; the bytes are valid during the call only.
    package func read(within limit: Duration, _ take: (UnsafeRawBufferPointer) -> Void)
        async throws(UpstreamFault) -> Reading
    {
        while true {
            if let reading = try readNow(take) { return reading }
            guard try await isReadable(within: limit) else { return .silence }
        }
    }

    /// The same of what is there already; nil: nothing is.
    private func readNow(_ take: (UnsafeRawBufferPointer) -> Void) throws(UpstreamFault) -> Reading? {
        guard !isCancelled else { throw .cancelled }
        guard state == .reading, let connection else { return .end }
        while true {
            if let reading = try drain(connection, take) { return reading }
            guard let count = try receiveNow(connection) else { return nil }
            if count == 0 { return try finish(connection) }
        }
    }

    /// Ends the exchange at once, and the connection with it; whoever waits is told `cancelled`.
    package func cancel() {
        isCancelled = true
        attempt?.cancel()
        observe?(.cancelled)
        state = .done
        connection?.close()
        connection = nil
    }

    // MARK: Sending

    private func send(on kept: UpstreamConnection?) async throws(UpstreamFault) {
        let connection: UpstreamConnection
        if let kept { connection = kept } else { connection = try await dial() }
        guard !isCancelled else {
            connection.close()
            throw .cancelled
        }
        self.connection = connection
        attempts += 1
        connection.parser.begin(answering: method)
        state = .sent
        defer { observe?(.sent) }
        do throws(StreamError) {
            try await write(request, to: connection.stream)
            if !body.isEmpty { try await write(body, to: connection.stream) }
            isSent = true
        } catch {
            guard !isCancelled else { throw .cancelled }
            switch error {
            case .timedOut: throw .sendTimeout
            // It may have answered all the same, and then closed.
            case .closed, .failed, .truncated, .tls: connection.stream.registration.wakeReader()
            }
        }
    }

    private func dial() async throws(UpstreamFault) -> UpstreamConnection {
        let attempt = DialHandle()
        self.attempt = attempt
        defer { self.attempt = nil }
        return try await upstream.dial(attempt)
    }

    /// Writes everything, however long that takes, as long as some of it is taken.
    private func write(_ bytes: [UInt8], to stream: ByteStream) async throws(StreamError) {
        var sent = 0
        while true {
            stream.setDeadline(after: upstream.settings.sendTimeout)
            sent += try stream.writeNow(bytes, from: sent)
            guard sent < bytes.count else { return }
            stream.registration.mayWrite = false
            try await stream.registration.writable()
        }
    }

    private func answerFails(on connection: UpstreamConnection) async throws(UpstreamFault) {
        let isStale =
            connection.answered > 0 && !hasHeard && connection.parser.isIdle && connection.input.isEmpty
        connection.close()
        guard isStale, state == .sent else {
            observe?(.cut)
            throw connection.parser.isIdle ? .noAnswer : .cut
        }
        isSent = false
        try await send(on: nil)
    }

    // MARK: Receiving

    /// Suspends until something may have come; false after `limit`.
    private func isReadable(within limit: Duration) async throws(UpstreamFault) -> Bool {
        guard let connection else { throw .cancelled }
        if connection.input.isEmpty { connection.input.release() }
        connection.stream.setDeadline(after: limit)
        do throws(StreamError) {
            try await connection.stream.registration.readable()
            return true
        } catch {
            guard case .timedOut = error, !isCancelled else { throw .cancelled }
            return false
        }
    }

    /// Bytes that have come: 0 at the end, also one that was no proper one; nil: nothing.
    private func receiveNow(_ connection: UpstreamConnection) throws(UpstreamFault) -> Int? {
        guard connection.stream.registration.mayRead else { return nil }
        do throws(StreamError) {
            let count = try connection.stream.readNow(into: connection.input)
            if let observe, let count, count > 0 {
                observe(.received(UnsafeRawBufferPointer(rebasing: connection.input.unread.suffix(count))))
            }
            return count
        } catch {
            guard !isCancelled else { throw .cancelled }
            switch error {
            case .closed, .timedOut: throw .cancelled
            // A kept connection may have been left so; a body that ends so has been cut.
            case .failed, .truncated, .tls:
                guard state == .reading else { return 0 }
                observe?(.cut)
                throw .cut
            }
        }
    }

    private func parseHead(_ connection: UpstreamConnection) throws(UpstreamFault) -> ReceivedResponse? {
        while !connection.input.isEmpty {
            var position = 0
            let event = try next(connection, connection.input.unread, &position)
            connection.input.consume(position)
            guard case .head(let head)? = event else { return nil }
            hasHeard = true
            if head.isInterim { continue }
            guard head.status != 101 else { throw .malformed(.invalidStatusLine) }
            keepsAlive = head.keepsAlive
            (request, body) = ([], [])
            state = .reading
            return head
        }
        return nil
    }

    private func next(
        _ connection: UpstreamConnection,
        _ bytes: UnsafeRawBufferPointer,
        _ position: inout Int
    ) throws(UpstreamFault) -> ResponseParser.Event? {
        do throws(HTTPFault) {
            return try connection.parser.next(bytes, position: &position)
        } catch {
            throw .malformed(error)
        }
    }

    /// Everything that has been received; nil: nothing of the body.
    private func drain(_ connection: UpstreamConnection, _ take: (UnsafeRawBufferPointer) -> Void)
        throws(UpstreamFault) -> Reading?
    {
        let bytes = connection.input.unread
        var position = 0
        var hasSome = false
        while let event = try next(connection, bytes, &position) {
            switch event {
            case .body(let range):
                hasSome = true
                take(UnsafeRawBufferPointer(rebasing: bytes[range]))
            case .end:
                connection.input.consume(position)
                end(connection)
                return .end
            case .head: break
            }
        }
        connection.input.consume(position)
        return hasSome ? .some : nil
    }

    private func finish(_ connection: UpstreamConnection) throws(UpstreamFault) -> Reading {
        do throws(HTTPFault) {
            guard try connection.parser.finish() != nil else { throw .incompleteResponse }
            keepsAlive = false
            end(connection)
            return .end
        } catch {
            observe?(.cut)
            throw .cut
        }
    }

    /// The answer is complete: the connection is kept if it can take another request.
    private func end(_ connection: UpstreamConnection) {
        state = .done
        observe?(.complete)
        self.connection = nil
        connection.answered += 1
        if keepsAlive, isSent, connection.input.isEmpty {
            upstream.keep(connection)
        } else {
            connection.close()
        }
    }
}
