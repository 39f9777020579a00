import Events
import HTTP
import LoopTesting
import Posix
import Testing
import Transport
import WebSocket

@Suite struct WebSocketFaultTests {
    @Test(arguments: [
        (
            masked(0x82, [1]), CloseCode.unsupportedData,
            WebSocketSession.Ending.closedByUs(code: .unsupportedData)
        ),
        (masked(0x81, [UInt8](repeating: 65, count: 1_001)), .tooBig, .failed(.messageTooBig(limit: 1_000))),
        ([0x81, 1, 65], .protocolError, .failed(.notMasked)),
        (masked(0x83, []), .protocolError, .failed(.reservedOpcode(3))),
        (masked(0x81, [0xff]), .invalidPayload, .failed(.textNotUTF8)),
        (masked(0x80, [65]), .protocolError, .failed(.nothingToContinue)),
    ])
    func `what must not be sent is answered with its close code`(
        frame: [UInt8],
        code: CloseCode,
        ending: WebSocketSession.Ending,
    ) throws {
        try onLoop { role in
            let site = try WebSocketSite(role, messageLimit: 1_000)
            let (client, _) = try await site.connectBare()
            try await client.send(frame)
            let close = try await client.bytes(4)
            try await client.send(masked(0x88, Array(close.dropFirst(2).prefix(2))))
            client.stream.finishWriting()

            #expect(close.first == 0x88)
            #expect(close.dropFirst(2).prefix(2) == [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xff)])
            #expect(await site.endings.next(atMost: .seconds(5)) == ending)
            #expect(await site.site.server.emptied(within: .seconds(5)))
        }
    }

    @Test(arguments: [false, true])
    func `a peer that leaves without a word is lost`(isInMessage: Bool) throws {
        try onLoop { role in
            let site = try WebSocketSite(role)
            let (client, _) = try await site.connectBare()
            if isInMessage { try await client.send([0x81, 0x85, 0]) }
            client.stream.close()

            #expect(await site.endings.next(atMost: .seconds(5)) == .lost)
            #expect(await site.site.server.emptied(within: .seconds(5)))
        }
    }

    @Test func `a peer that does not answer a close is left after two seconds`() throws {
        try onLoop { role in
            let site = try WebSocketSite(role)
            let (client, server) = try await site.connectBare()
            server.close(.normal, "")
            let start = Moment.now

            #expect(await site.endings.next(atMost: .seconds(8)) == .unanswered)
            #expect(Moment.now - start < .seconds(6))
            client.stream.close()
        }
    }

    @Test func `a silent peer that does not read either is left all the same`() throws {
        try onLoop { role in
            let site = try WebSocketSite(role, heartbeat: .milliseconds(100))
            let (client, server) = try await site.connectBare()
            server.send([UInt8](repeating: 65, count: 16 << 20))
            #expect(server.backlog > 0)

            #expect(await site.endings.next(atMost: .seconds(8)) == .silent)
            #expect(await site.site.server.emptied(within: .seconds(5)))
            client.stream.close()
        }
    }

    @Test func `a peer that closed without reading is left all the same`() throws {
        try onLoop { role in
            let site = try WebSocketSite(role)
            let (client, server) = try await site.connectBare()
            server.send([UInt8](repeating: 65, count: 16 << 20))
            client.stream.finishWriting()

            #expect(await site.endings.next(atMost: .seconds(8)) == .lost)
            client.stream.close()
        }
    }

    @Test func `pings of a peer that does not read do not fill the memory`() throws {
        try onLoop { role in
            let site = try WebSocketSite(role)
            let (client, server) = try await site.connectBare()
            let pings = (0..<500).flatMap { _ in masked(0x89, [UInt8](repeating: 7, count: 125)) }
            role.start { for _ in 0..<400 { guard (try? await client.send(pings)) != nil else { return } } }
            await role.loop.sleep(for: .seconds(3))

            #expect(server.backlog < 8 << 20)
            client.stream.close()
        }
    }

    @Test(arguments: [
        (get("/agent"), 426), (handshake(upgrade: ""), 426), (handshake(upgrade: "h2c"), 426),
        (handshake(connection: "keep-alive"), 426), (handshake(version: "8"), 426),
        (handshake(version: ""), 426),
        (handshake(key: ""), 400), (handshake(key: "short"), 400),
        (handshake(more: "Sec-WebSocket-Key: x\r\n"), 400),
    ])
    func `a handshake that is not right is refused, and the connection lives on`(request: String, status: Int)
        throws
    {
        try onLoop { role in
            let site = try WebSocketSite(role)
            let client = try await site.site.connect()
            for _ in 0..<2 {
                try await client.send(request)
                let answer = try await client.answer()
                #expect(answer.status == status)
                #expect(answer.head.fields["sec-websocket-version"] == "13")
                #expect(answer.text.hasSuffix("\n"))
            }
        }
    }

    @Test(arguments: [
        handshake("POST /agent HTTP/1.1"), handshake("GET /agent HTTP/1.0"),
        handshake(more: "Content-Length: 2\r\n") + "ok",
    ])
    func `only a GET of HTTP 1_1 without body is a handshake`(request: String) throws {
        try onLoop { role in
            let site = try WebSocketSite(role)
            let client = try await site.site.connect()
            try await client.send(request)

            #expect(try await client.answer().status >= 400)
        }
    }

    @Test func `an accepted handshake says what RFC 6455 asks for`() throws {
        try onLoop { role in
            let site = try WebSocketSite(role)
            let client = try await site.site.connect()
            try await client.send(
                handshake(
                    more: "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: a\r\n"
                )
            )
            let answer = try await client.answer()

            #expect(answer.status == 101)
            #expect(answer.head.fields["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            #expect(answer.head.fields["upgrade"] == "websocket")
            #expect(answer.head.fields["connection"] == "upgrade")
            #expect(!answer.head.fields.contains("sec-websocket-extensions"))
            #expect(!answer.head.fields.contains("sec-websocket-protocol"))
        }
    }
}
