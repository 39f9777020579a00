import Events
import HTTP
import LoopTesting
import Posix
import Testing
import Transport
import WebSocket

/// A server that speaks WebSocket on a port of its own.
final class WebSocketSite {
    let site: Site
    /// The server's ends, as they are accepted.
    let accepted: Mailbox<WebSocketConnection>
    /// How the server's ends ended, behind every message that was received.
    let endings: Mailbox<WebSocketSession.Ending?>
    private let loop: EventLoop

    /// With `echoes` the server sends back what it receives; else nobody reads there.
    init(
        _ role: isolated TestRole,
        messageLimit: Int = 16 << 20,
        heartbeat: Duration? = nil,
        echoes: Bool = true,
    ) throws {
        let accepted = Mailbox<WebSocketConnection>(on: role.loop)
        let endings = Mailbox<WebSocketSession.Ending?>(on: role.loop)
        let loop = role.loop
        site = try Site(role) { exchange in
            guard
                let socket = await exchange.acceptWebSocket(
                    messageLimit: messageLimit,
                    heartbeat: heartbeat,
                    on: loop
                )
            else { return }
            accepted.post(socket)
            guard echoes else { return }
            while let text = await socket.receive() { socket.send(text) }
            endings.post(socket.ending)
        }
        (self.accepted, self.endings, self.loop) = (accepted, endings, role.loop)
    }

    var url: WebSocketURL {
        get throws { try #require(WebSocketURL("ws://\(site.address)/agent?a=b")) }
    }

    func dial(messageLimit: Int = 16 << 20, heartbeat: Duration? = nil) async throws -> WebSocketConnection {
        try await WebSocketDialer(timeout: .seconds(5), on: loop)
            .dial(try url, messageLimit: messageLimit, heartbeat: heartbeat)
    }

    /// Both ends of a connection.
    func connect(heartbeat: Duration? = nil) async throws -> (
        client: WebSocketConnection, server: WebSocketConnection
    ) {
        let client = try await dial(heartbeat: heartbeat)
        return (client, try #require(await accepted.next(atMost: .seconds(5))))
    }

    /// A client of bare bytes, after its handshake, and the server's end.
    func connectBare() async throws -> (client: Client, server: WebSocketConnection) {
        let client = try await site.connect()
        try await client.send(handshake())
        let answer = try await client.answer()
        #expect(answer.status == 101)
        return (client, try #require(await accepted.next(atMost: .seconds(5))))
    }
}

/// A right opening handshake (RFC 6455 §1.2), or with some fields replaced.
func handshake(
    _ line: String = "GET /agent HTTP/1.1",
    upgrade: String = "websocket",
    connection: String = "Upgrade",
    version: String = "13",
    key: String = "dGhlIHNhbXBsZSBub25jZQ==",
    more: String = "",
) -> String {
    let fields = [
        ("Host", "x"), ("Upgrade", upgrade), ("Connection", connection), ("Sec-WebSocket-Version", version),
        ("Sec-WebSocket-Key", key),
    ].filter { !$0.1.isEmpty }
    return "\(line)\r\n" + fields.map { "\($0.0): \($0.1)\r\n" }.joined() + "\(more)\r\n"
}

/// A masked frame of a client whose key is all zero.
func masked(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let length: [UInt8] =
        payload.count < 126
        ? [0x80 | UInt8(payload.count)]
        : [0x80 | 126, UInt8(payload.count >> 8 & 0xff), UInt8(payload.count & 0xff)]
    return [first] + length + [0, 0, 0, 0] + payload
}

extension Client {
    func send(_ bytes: [UInt8]) async throws { try await stream.write(bytes) }

    /// The next so many bytes.
    func bytes(_ count: Int) async throws -> [UInt8] {
        var all: [UInt8] = []
        let input = stream.makeInput()
        while all.count < count, try await stream.read(into: input) > 0 {
            all += input.unread
            input.consume(input.count)
        }
        return all
    }
}
