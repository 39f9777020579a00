import Events
import Glibc
import HTTP
import LoopTesting
import Posix
import Testing
import Transport

/// A server that does with each of its callers what a script says, and the upstream that it is for a gateway.
final class UpstreamSite {
    let upstream: Upstream
    let address: SocketAddress
    /// Who has come, in order; each is at its script already.
    let callers: Mailbox<Caller>
    private let listener: Listener

    init(
        _ role: isolated TestRole,
        change: (inout Upstream.Settings) -> Void = { _ in },
        script: @escaping (Caller) async throws -> Void,
    ) throws {
        let socket = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0))
        address = try #require(Socket.localAddress(socket.number))
        var settings = Upstream.Settings(url: try #require(UpstreamURL("http://\(address)/v1")))
        change(&settings)
        let names = NameCache(on: role.loop, spawn: { role.start($0) })
        upstream = Upstream(settings, names: names, on: role.loop)
        listener = Listener(socket, name: "peer", on: role.loop)
        let (callers, loop) = (Mailbox<Caller>(on: role.loop), role.loop)
        self.callers = callers
        try listener.open { descriptor in
            guard let stream = try? ByteStream(descriptor, .tcp, on: loop) else { return }
            let caller = Caller(stream, loop)
            callers.post(caller)
            role.start { try? await script(caller) }
        }
    }

    /// A GET, or a POST of `body`.
    func exchange(_ target: String = "/v1/x", body: [UInt8] = []) throws -> UpstreamExchange {
        let method: HTTP.Method = body.isEmpty ? .get : .post
        let head = ClientRequestHead(method: method, target: target, host: upstream.settings.url.authority)
        return try upstream.exchange(head, body: body)
    }

    /// The next who has come.
    func caller() async throws -> Caller { try #require(await callers.next(atMost: .seconds(5))) }

    /// Asks and reads the whole answer.
    @discardableResult
    func ask(_ target: String = "/v1/x", body: [UInt8] = []) async throws -> UpstreamAnswer {
        try await exchange(target, body: body).answer()
    }
}

/// A whole answer of an upstream.
struct UpstreamAnswer: Equatable {
    var status: Int
    var text: String
}

extension UpstreamExchange {
    /// The answer to its end.
    func answer() async throws -> UpstreamAnswer {
        let head = try #require(try await head(within: .seconds(5)))
        var body: [UInt8] = []
        while try await read(within: .seconds(5), { body += $0 }) == .some {}
        return UpstreamAnswer(status: head.status, text: String(decoding: body, as: UTF8.self))
    }

    /// Reads the body to its end.
    func drain() async throws { while try await read(within: .seconds(5), { _ in }) != .end {} }

    /// Why there is no answer, or none to its end; nil: there is one.
    func fault(within limit: Duration = .seconds(5)) async -> UpstreamFault? {
        do throws(UpstreamFault) {
            while try await head(within: limit) == nil {}
            while try await read(within: limit, { _ in }) != .end {}
            return nil
        } catch {
            return error
        }
    }
}

/// One connection as the server sees it.
final class Caller {
    struct Request: Equatable {
        var target: String
        var body: [UInt8] = []
    }

    let stream: ByteStream
    private let loop: EventLoop
    private let input: InputBuffer
    private var parser = RequestParser(limits: HTTPLimits(bodyBytes: nil))

    init(_ stream: ByteStream, _ loop: EventLoop) {
        (self.stream, self.loop) = (stream, loop)
        input = stream.makeInput()
        stream.setDeadline(after: .seconds(20))
        Socket.setNoDelay(stream.number)
    }

    /// The next whole request; nil: the client has closed.
    func request() async throws -> Request? {
        var request: Request?
        while true {
            var position = 0
            let event = try parser.next(input.unread, position: &position)
            if case .body(let range)? = event { request?.body += input.unread[range] }
            input.consume(position)
            switch event {
            case .head(let head)?: request = Request(target: head.target)
            case .end?: return request
            case .body?: break
            case nil: guard try await stream.read(into: input) > 0 else { return nil }
            }
        }
    }

    func send(_ text: String) async throws { try await stream.write(Array(text.utf8)) }

    /// Sends the pieces so that each is read before the next is sent.
    func send(_ pieces: [String]) async throws {
        for piece in pieces {
            try await send(piece)
            await loop.yield()
            await loop.yield()
        }
    }

    /// The bytes that come up to the end; nil: it was no proper one.
    func rest() async -> [UInt8]? {
        var bytes: [UInt8] = []
        do throws(StreamError) {
            repeat {
                bytes += input.unread
                input.consume(input.count)
            } while try await stream.read(into: input) > 0
            return bytes
        } catch {
            return nil
        }
    }

    /// Ends the connection as a crash does.
    func reset() {
        var how = linger(l_onoff: 1, l_linger: 0)
        setsockopt(stream.number, SOL_SOCKET, SO_LINGER, &how, socklen_t(MemoryLayout<linger>.size))
        stream.close()
    }
}

/// A place on this machine that takes a connection attempt and never says anything.
final class Blackhole {
    let address: SocketAddress
    private let listener: Descriptor
    private var fillers: [CInt] = []

    init() throws {
        listener = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0), backlog: 0)
        address = try #require(Socket.localAddress(listener.number))
        for _ in 0..<3 { fillers.append(try Socket.connect(address).release()) }
    }

    deinit { for number in fillers { close(number) } }
}

/// An address of this machine where nobody listens.
func deserted() throws -> SocketAddress {
    let socket = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0))
    return try #require(Socket.localAddress(socket.number))
}

/// A right answer with this body.
func answer(_ body: String, _ fields: String = "") -> String {
    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}

/// Takes nothing and says nothing.
func sayNothing(_ caller: Caller) {}

/// Answers every request with its target.
func answerAll(_ caller: Caller) async throws {
    while let request = try await caller.request() { try await caller.send(answer(request.target)) }
}
