import Events
import HTTP
import LoopTesting
import Posix
import Testing
import Transport
import WebSocket

@Suite struct WebSocketTests {
    @Test func `messages of every length come back as they were sent, in order`() throws {
        try onLoop { role in
            let site = try WebSocketSite(role)
            let (client, _) = try await site.connect()
            let lengths = [0, 1, 125, 126, 65_535, 65_536, 5 << 20]
            for length in lengths { client.send([UInt8](repeating: 65, count: length)) }
            for length in lengths {
                let text = try #require(await client.receive())
                #expect(text == [UInt8](repeating: 65, count: length))
            }
            client.close(.normal, "done")

            #expect(await client.receive() == nil)
            #expect(client.ending == .closedByUs(code: .normal))
            #expect(
                await site.endings.next(atMost: .seconds(5)) == .closedByPeer(code: .normal, reason: "done")
            )
            #expect(await site.site.server.emptied(within: .seconds(5)))
        }
    }

    @Test func `messages of 5 MiB that wait behind each other arrive, both ways`() throws {
        try onLoop { role in
            let site = try WebSocketSite(role)
            let (client, _) = try await site.connect()
            let texts = (0..<5).map { [UInt8](repeating: 65 + $0, count: 5 << 20) }
            for text in texts { client.send(text) }
            for text in texts { #expect(await client.receive() == text) }
            client.close(.normal, "")

            #expect(await client.receive() == nil)
            #expect(client.backlog == 0)
        }
    }

    @Test(arguments: [CloseCode.normal, .goingAway, .policy, .application(1)], [true, false])
    func `a close is answered with its code, whoever begins`(code: CloseCode, isByClient: Bool) throws {
        try onLoop { role in
            let site = try WebSocketSite(role, echoes: false)
            let (client, server) = try await site.connect()
            let (closer, other) = isByClient ? (client, server) : (server, client)
            let done = Signal(on: role.loop)
            role.start {
                #expect(await other.receive() == nil)
                done.raise()
            }
            closer.close(code, "why")
            closer.close(.normal, "again")
            closer.send([65])
            #expect(await closer.receive() == nil)
            #expect(await done.wait(atMost: .seconds(5)))

            #expect(closer.ending == .closedByUs(code: code))
            #expect(other.ending == .closedByPeer(code: code, reason: "why"))
            #expect(!closer.isOpen)
            #expect(await closer.receive() == nil)
        }
    }

    @Test func `what was queued before a close still arrives`() throws {
        try onLoop { role in
            let site = try WebSocketSite(role, echoes: false)
            let (client, server) = try await site.connect()
            for number in UInt8(0)..<10 { server.send([UInt8](repeating: 65 + number, count: 1 << 20)) }
            server.close(.goingAway, "")
            role.start { _ = await server.receive() }
            for number in UInt8(0)..<10 { #expect(await client.receive()?.first == 65 + number) }

            #expect(await client.receive() == nil)
            #expect(client.ending == .closedByPeer(code: .goingAway, reason: ""))
        }
    }

    @Test func `a peer that answers pings is kept`() throws {
        try onLoop { role in
            let site = try WebSocketSite(role, heartbeat: .milliseconds(100))
            let (client, server) = try await site.connect(heartbeat: .milliseconds(100))
            role.start { _ = await client.receive() }
            await role.loop.sleep(for: .milliseconds(700))

            #expect(client.isOpen)
            #expect(server.isOpen)
            client.close(.normal, "")
        }
    }

    @Test func `a silent peer is pinged, told 1001 and left`() throws {
        try onLoop { role in
            let site = try WebSocketSite(role, heartbeat: .milliseconds(100))
            let (client, _) = try await site.connectBare()
            let bytes = try await client.bytes(.max)

            #expect(await site.endings.next(atMost: .seconds(5)) == .silent)
            #expect(bytes.prefix(2) == [0x89, 0])
            #expect(bytes.dropFirst(2).prefix(1) == [0x88])
            #expect(bytes.dropFirst(4).prefix(2) == [0x03, 0xe9])
        }
    }

    @Test func `a ping is answered with its own payload`() throws {
        try onLoop { role in
            let site = try WebSocketSite(role)
            let (client, _) = try await site.connectBare()
            try await client.send(masked(0x89, [1, 2, 3]))

            #expect(try await client.bytes(5) == [0x8a, 3, 1, 2, 3])
        }
    }

    @Test func `frames that came with the handshake are read`() throws {
        try onLoop { role in
            let site = try WebSocketSite(role)
            let client = try await site.site.connect()
            try await client.send(Array(handshake().utf8) + masked(0x81, [65]) + masked(0x81, [66]))
            let text = try await client.bytes(129 + 6)

            #expect(text.suffix(6) == [0x81, 1, 65, 0x81, 1, 66])
        }
    }

    @Test func `a message that comes byte by byte is read as if whole`() throws {
        try onLoop { role in
            let site = try WebSocketSite(role)
            let (client, _) = try await site.connectBare()
            for byte in masked(0x01, [65, 66]) + masked(0x80, [67]) {
                try await client.send([byte])
                await role.loop.sleep(for: .microseconds(100))
            }

            #expect(try await client.bytes(5) == [0x81, 3, 65, 66, 67])
        }
    }
}
