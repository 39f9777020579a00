import Events
import HTTP
import Posix

/// One client's connection: requests in, answers out, one after the other.
final class HTTPConnection {
    /// What a draining server does with it at once.
    private enum Phase {
        /// Between requests, or before the first byte of one.
        case idle
        case busy
        case ending
    }

    /// Answers to pipelined requests collect up to this many bytes before they go out.
    private static let collected = 64 << 10
    private static let usualPiece = 512
    private static let linger = Duration.seconds(1)
    /// After so many requests the others come first, even if more are there.
    private static let fairShare = 64

    let stream: ByteStream
    let listener: String
    let server: HTTPServer
    let input: InputBuffer
    var output: [UInt8] = []

    /// The connection now speaks another protocol, and somebody else has it.
    var isHandedOver = false
    /// Nothing may follow the present answer.
    var mustClose = false

    private var parser: RequestParser
    private var phase = Phase.idle
    private var isBodyRead = true
    private unowned var exchange: Exchange?

    init(_ stream: ByteStream, listener: String, server: HTTPServer) {
        self.stream = stream
        self.listener = listener
        self.server = server
        input = stream.makeInput()
        parser = RequestParser(limits: server.settings.limits)
    }

    /// Who is at the other end, as far as it can be told apart by its address.
    private(set) lazy var client = Socket.peerAddress(stream.registration.descriptor)?.network ?? "unknown"

    var isPeerGone: Bool { stream.registration.peerClosed }

    /// Serves until the connection ends, and closes it.
    func serve() async {
        do throws(ConnectionEnd) {
            var served = 0
            while let head = try await nextHead() {
                try await answer(head)
                served += 1
                if served % Self.fairShare == 0 { await server.loop.yield() }
                if isHandedOver { return }
                if mustClose { break }
            }
            await leave()
        } catch {
            await end(error)
        }
        stream.close()
    }

    /// An idle connection is kept for a moment only.
    func shortenIdleTime() {
        if phase == .idle { stream.setDeadline(after: server.settings.idleDrainTimeout) }
    }

    func interrupt() { exchange?.interrupt() }

    var isStreaming: Bool { exchange?.isStreaming ?? false }

    func close() { stream.close() }

    // MARK: Reading

    private func nextHead() async throws(ConnectionEnd) -> RequestHead? {
        parser.limits = server.settings.limits
        phase = input.isEmpty ? .idle : .busy
        stream.setDeadline(after: phase == .idle ? idleTimeout : server.settings.headerTimeout)
        while true {
            if let head = try parseHead() { return head }
            if !output.isEmpty { try await flush() }
            if !stream.registration.mayRead {
                input.release()
                guard try await mayReadOn() else { return nil }
            }
            guard let count = try readHeadBytes() else { continue }
            if count == 0 { return nil }
            guard phase == .idle else { continue }
            phase = .busy
            if let head = try parseHead() { return head }
            stream.setDeadline(after: server.settings.headerTimeout)
        }
    }

    private var idleTimeout: Duration {
        server.isLettingGo ? server.settings.idleDrainTimeout : server.settings.idleTimeout
    }

    /// Waits for the client; false at the end of the connection's idle time.
    private func mayReadOn() async throws(ConnectionEnd) -> Bool {
        do throws(StreamError) {
            try await stream.registration.readable()
            return true
        } catch {
            guard case .timedOut = error else { throw .broken(error) }
            if phase == .idle { return false }
            throw .refused(.headTooSlow)
        }
    }

    /// Reads what there is: nil if nothing, 0 at the end of the connection.
    private func readHeadBytes() throws(ConnectionEnd) -> Int? {
        do throws(StreamError) {
            return try stream.readNow(into: input)
        } catch {
            throw .broken(error)
        }
    }

    private func parseHead() throws(ConnectionEnd) -> RequestHead? {
        while !input.isEmpty {
            var position = 0
            let event: RequestParser.Event?
            do throws(HTTPFault) {
                event = try parser.next(input.unread, position: &position)
            } catch {
                throw .refused(Refusal(error))
            }
            input.consume(position)
            switch event {
            case .head(let head)?:
                isBodyRead = false
                return head
            case .body?, .end?: continue
            case nil: return nil
            }
        }
        return nil
    }

    /// Hands what has come of the body to `take`; whether more is to come.
    func takeBody(_ take: (UnsafeRawBufferPointer) -> Void) throws(BodyError) -> Bool {
        let bytes = input.unread
        var position = 0
        defer { input.consume(position) }
        do throws(HTTPFault) {
            while !isBodyRead {
                switch try parser.next(bytes, position: &position) {
                case .body(let range)?: take(UnsafeRawBufferPointer(rebasing: bytes[range]))
                case .end?: isBodyRead = true
                case .head?, nil: return true
                }
            }
            return false
        } catch {
            mustClose = true
            throw .refused(Refusal(error))
        }
    }

    /// Waits for more of the body.
    func readBodyBytes() async throws(BodyError) {
        do throws(StreamError) {
            if try await stream.read(into: input) > 0 { return }
        } catch {
            mustClose = true
            if case .timedOut = error { throw .refused(.bodyTooSlow) }
            throw .disconnected
        }
        mustClose = true
        throw .disconnected
    }

    // MARK: Answering

    private func answer(_ head: RequestHead) async throws(ConnectionEnd) {
        phase = .busy
        let exchange = Exchange(head, on: self)
        self.exchange = exchange
        server.requestBegins()
        await server.handle(exchange)
        server.requestEnds()
        self.exchange = nil
        stream.registration.onPeerClosed = nil
        if isHandedOver { return }
        exchange.complete()
        if !exchange.promisesToLiveOn { mustClose = true }
        if !mustClose, !isBodyRead { try await discardBody() }
        if mustClose || input.isEmpty || output.count > Self.collected { try await flush() }
    }

    /// Reads past what the handler left of the body; a long rest is not worth keeping the connection for.
    private func discardBody() async throws(ConnectionEnd) {
        try await flush()
        stream.setDeadline(after: server.settings.bodyTimeout)
        var rest = Self.collected
        do throws(BodyError) {
            while try takeBody({ rest -= $0.count }) {
                if rest < 0 { return mustClose = true }
                try await readBodyBytes()
            }
        } catch {
            mustClose = true
        }
    }

    func flush() async throws(ConnectionEnd) {
        if try flushNow() { return }
        do throws(StreamError) {
            try await writeSlowly()
        } catch {
            output.removeAll()
            throw .broken(error)
        }
        output.removeAll(keepingCapacity: output.capacity <= Self.collected)
    }

    /// Writes what there is room for now; whether that is all.
    func flushNow() throws(ConnectionEnd) -> Bool {
        if output.isEmpty { return true }
        do throws(StreamError) {
            let sent = try stream.writeNow(output, from: 0)
            guard sent == output.count else {
                output.removeFirst(sent)
                return false
            }
        } catch {
            output.removeAll()
            throw .broken(error)
        }
        output.removeAll(keepingCapacity: output.capacity <= Self.collected)
        return true
    }

    /// The room of a large piece is not kept until the next, which may take a while.
    func shrinkOutput() {
        if output.isEmpty, output.capacity > Self.usualPiece { output = [] }
    }

    private func writeSlowly() async throws(StreamError) {
        let pending = output
        var sent = 0
        while sent < pending.count {
            stream.registration.mayWrite = false
            stream.setDeadline(after: server.settings.idleTimeout)
            try await stream.registration.writable()
            sent += try stream.writeNow(pending, from: sent)
        }
    }

    // MARK: Ending

    private func end(_ reason: ConnectionEnd) async {
        switch reason {
        case .broken: return
        case .refused(let refusal):
            let (fields, body) = server.spellRefusal(refusal, refusedTarget)
            let framing = ResponseFraming.length(body.count)
            let head = ResponseHead(status: refusal.status, fields: fields)
            try? head.serialize(
                into: &output,
                framing: framing,
                keepsAlive: false,
                lines: server.lines
            )
            output += body
            await leave()
        }
    }

    /// What the refused request asked for; empty: that had not come, or it was something else than HTTP.
    private var refusedTarget: [UInt8] {
        let line = input.unread.prefix { $0 != 0x0A }.split(separator: 0x20, maxSplits: 2)
        return line.count > 1 ? Array(line[1]) : []
    }

    /// Sends what is left, then reads on for a moment: closing with unread bytes would destroy the answer on its way.
    private func leave() async {
        phase = .ending
        do throws(ConnectionEnd) { try await flush() } catch { return }
        if isPeerGone, !stream.registration.mayRead { return }
        stream.finishWriting()
        stream.setDeadline(after: Self.linger)
        let end = Moment.now + Self.linger
        while Moment.now < end, let count = try? await stream.read(into: input), count > 0 {
            input.consume(input.count)
        }
    }
}
