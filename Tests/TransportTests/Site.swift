import Events
import HTTP
import LoopTesting
import Posix
import TLS
import Testing
import Transport

/// A server on a port of its own, and clients for it.
final class Site {
    let server: HTTPServer
    let listener: Listener
    let address: SocketAddress
    private let loop: EventLoop

    init(
        _ role: isolated TestRole,
        _ settings: HTTPServer.Settings = HTTPServer.Settings(),
        tls: TLSContext? = nil,
        handle: @escaping (Exchange) async -> Void,
    ) throws {
        let socket = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0))
        let address = try #require(Socket.localAddress(socket.number))
        let server = HTTPServer(settings: settings, on: role.loop, start: { role.start($0) }, handle: handle)
        let listener = Listener(socket, name: "main", on: role.loop)
        try listener.open { server.take($0, listener: "main", tls: tls) }
        (self.server, self.listener, self.address, loop) = (server, listener, address, role.loop)
    }

    /// A client that says just what it is told, and waits at most ten seconds for an answer.
    func connect() async throws -> Client {
        let stream = try ByteStream(Socket.connect(address), .tcp, on: loop)
        stream.registration.mayWrite = false
        stream.setDeadline(after: .seconds(10))
        try await stream.registration.writable()
        return Client(stream)
    }
}

/// One connection of a client.
final class Client {
    struct Answer {
        var head: ReceivedResponse
        var body: [UInt8] = []

        var status: Int { head.status }
        var text: String { String(decoding: body, as: UTF8.self) }
        var closes: Bool { !head.keepsAlive }
    }

    let stream: ByteStream
    private let input: InputBuffer
    private var parser = ResponseParser(limits: HTTPLimits(bodyBytes: nil))

    init(_ stream: ByteStream) {
        self.stream = stream
        input = stream.makeInput()
    }

    func send(_ text: String) async throws { try await stream.write(Array(text.utf8)) }

    /// The whole next answer; interim ones are answers too.
    func answer(to method: HTTP.Method = .get) async throws -> Answer {
        parser.begin(answering: method)
        var answer: Answer?
        while true {
            var position = 0
            let bytes = input.unread
            let event = try parser.next(bytes, position: &position)
            switch event {
            case .head(let head)?: answer = Answer(head: head)
            case .body(let range)?: answer?.body += bytes[range]
            case .end?, nil: break
            }
            input.consume(position)
            if case .end? = event, let answer { return answer }
            if let answer, answer.head.isInterim || answer.status == 101 { return answer }
            if event != nil { continue }
            if try await stream.read(into: input) > 0 { continue }
            if case .end? = try parser.finish(), let answer { return answer }
            throw StreamError.closed
        }
    }

    /// Everything up to the end of the connection.
    func rest() async throws -> String {
        var bytes: [UInt8] = []
        repeat {
            bytes += input.unread
            input.consume(input.count)
        } while try await stream.read(into: input) > 0
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether nothing more comes and the server has closed.
    func isAtEnd() async -> Bool { (try? await rest()) == "" }
}

extension Exchange {
    func respond(_ text: String) { respond(200, ["content-type": "text/plain"], body: Array(text.utf8)) }
}

/// A GET of HTTP/1.1.
func get(_ target: String = "/", _ fields: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"
}

/// A POST of HTTP/1.1 with a body of a known length.
func post(_ body: String, _ fields: String = "") -> String {
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}

/// Answers with method, target and body.
func mirror(_ exchange: Exchange) async {
    guard let body = try? await exchange.body() else { return }
    exchange.respond(
        "\(exchange.head.method.name) \(exchange.head.target) \(String(decoding: body, as: UTF8.self))"
    )
}
