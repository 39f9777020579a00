import Events
import IPC
import JSON
import LoopTesting
import Posix
import Testing

@Suite struct DataLinkTests {
    @Test func `both sides of a greeting learn who the other is`() throws {
        try onLoop { role in
            let (left, right) = try Socket.pair()
            let dialled = try DataLink(Descriptor(owning: left), side: .dialled, on: role.loop)
            let accepted = try DataLink(Descriptor(owning: right), side: .accepted, on: role.loop)
            let worker = DataHello(role: "worker", slot: 2, generation: 7, nonce: "0a")
            let bridge = DataHello(role: "bridge", slot: 0, generation: 8, nonce: "0a")
            let heard = Mailbox<DataHello?>(on: role.loop)
            role.start { heard.post(await accepted.greet(bridge, answersWithin: .seconds(5))) }

            #expect(await dialled.greet(worker, answersWithin: .seconds(5)) == bridge)
            #expect(await heard.next(atMost: .seconds(5)) == worker)
        }
    }

    @Test(arguments: [
        "{\"hello\":{\"version\":1,\"role\":\"worker\",\"slot\":0,\"generation\":1,\"nonce\":\"0b\"}}",
        "{\"hello\":{\"version\":1,\"role\":\"worker\",\"slot\":0,\"generation\":1,\"nonce\":\"\"}}",
        "{\"hello\":{\"version\":2,\"role\":\"worker\",\"slot\":0,\"generation\":1,\"nonce\":\"0a\"}}",
        "{\"hello\":{\"version\":1,\"role\":\"worker\",\"slot\":0,\"generation\":1}}",
        "{\"hello\":{\"version\":1,\"role\":\"worker\",\"slot\":\"0\",\"generation\":1,\"nonce\":\"0a\"}}",
        "{\"welcome\":{\"version\":1,\"role\":\"worker\",\"slot\":0,\"generation\":1,\"nonce\":\"0a\"}}",
        "{\"id\":1,\"open\":\"model\",\"head\":{},\"body\":{}}", "{\"hello\":[]}", "{}", "[]", "{\"hello\":",
    ])
    func `a greeting that is not right is refused and not answered`(payload: String) throws {
        try onLoop { role in
            let (link, peer) = try linkAndPeer(.accepted, on: role.loop)
            try await peer.write(frame(payload))
            let own = DataHello(role: "bridge", slot: 0, generation: 1, nonce: "0a")

            #expect(await link.greet(own, answersWithin: .seconds(5)) == nil)
            #expect(try peer.readNow(into: peer.makeInput()) == nil)
        }
    }

    @Test(arguments: [
        "{\"welcome\":{\"version\":1,\"role\":\"bridge\",\"slot\":0,\"generation\":1,\"nonce\":\"0b\"}}",
        "{\"welcome\":{\"version\":2,\"role\":\"bridge\",\"slot\":0,\"generation\":1,\"nonce\":\"0a\"}}",
        "{\"hello\":{\"version\":1,\"role\":\"bridge\",\"slot\":0,\"generation\":1,\"nonce\":\"0a\"}}", "{}",
    ])
    func `a welcome that is not right is refused`(payload: String) throws {
        try onLoop { role in
            let (link, peer) = try linkAndPeer(.dialled, on: role.loop)
            try await peer.write(frame(payload))
            let own = DataHello(role: "worker", slot: 0, generation: 1, nonce: "0a")

            #expect(await link.greet(own, answersWithin: .seconds(5)) == nil)
        }
    }

    @Test(arguments: [DataLink.Side.dialled, .accepted])
    func `a silent peer is given up, and so is one that closes`(side: DataLink.Side) throws {
        try onLoop { role in
            let own = DataHello(role: "worker", slot: 0, generation: 1, nonce: "0a")
            let (silent, silentPeer) = try linkAndPeer(side, on: role.loop)
            let (gone, gonePeer) = try linkAndPeer(side, on: role.loop)
            gonePeer.close()

            #expect(await silent.greet(own, answersWithin: .milliseconds(20)) == nil)
            #expect(await gone.greet(own, answersWithin: .seconds(5)) == nil)
            silentPeer.close()
        }
    }

    @Test func `who dialled opens odd streams and the other even ones`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let back = Mailbox<DataStream>(on: role.loop)
            links.near.onOpen = { back.post($0) }
            var ids: [Int] = []
            for _ in 0..<3 {
                ids.append(try await links.open().answerer.id)
                _ = links.far.open(kind: "event", head: Array("{\"a\":1}".utf8), body: Array("[2]".utf8))
                let stream = try #require(await back.next(atMost: .seconds(5)))
                ids.append(stream.id)
                let opening = try #require(stream.opening)
                #expect(stream.kind == "event")
                #expect(opening.head["a"]?.int == 1)
                #expect(Array(opening.body.raw) == Array("[2]".utf8))
            }

            #expect(ids == [1, 2, 3, 4, 5, 6])
            #expect(links.near.openStreams == 6)
            #expect(links.far.openStreams == 6)
        }
    }

    @Test(arguments: [
        "{\"id\":2,\"open\":\"m\",\"head\":{},\"body\":{}}",
        "{\"id\":0,\"open\":\"m\",\"head\":{},\"body\":{}}",
        "{\"id\":-1,\"open\":\"m\",\"head\":{},\"body\":{}}", "{\"id\":1,\"open\":\"m\",\"head\":{}}",
        "{\"id\":1,\"open\":7,\"head\":{},\"body\":{}}", "{\"id\":1}", "{\"id\":1,\"cancel\":false}",
        "{\"id\":1,\"error\":{\"code\":1,\"message\":\"x\"}}", "{\"id\":1,\"part\":7}",
        "{\"id\":1,\"credit\":\"1\"}",
        "{\"id\":1.5,\"chunk\":{}}", "{\"id\":9223372036854775808,\"end\":null}",
        "{\"hello\":{\"version\":1,\"role\":\"w\",\"slot\":0,\"generation\":1,\"nonce\":\"\"}}", "{}", "[]",
        "7 ",
        "{\"id\":1,\"chunk\":}",
    ])
    func `a frame that breaks the rules closes the link, and its streams are lost`(payload: String) throws {
        try onLoop { role in
            let (link, peer) = try linkAndPeer(.accepted, on: role.loop)
            let stream = try #require(link.open(kind: "m", head: [0x7b, 0x7d], body: [0x7b, 0x7d]))
            try await peer.write(frame(payload))
            let fault = await link.run()

            #expect(fault is FrameError)
            #expect(!link.isOpen)
            #expect(await stream.nextWords() == "lost")
            #expect(link.openStreams == 0)
        }
    }

    @Test func `a stream opened twice closes the link`() throws {
        try onLoop { role in
            let (link, peer) = try linkAndPeer(.accepted, on: role.loop)
            let open = frame("{\"id\":1,\"open\":\"m\",\"head\":{},\"body\":{}}")
            try await peer.write(open + open)

            let fault = await link.run() as? FrameError
            #expect(fault == .notAMessage("stream 1 is not the peer's to open"))
        }
    }

    @Test func `frames of a stream that is over here are passed over`() throws {
        try onLoop { role in
            let (link, peer) = try linkAndPeer(.dialled, on: role.loop)
            for payload in [
                "{\"id\":1,\"chunk\":{}}", "{\"id\":1,\"part\":\"x\"}", "{\"id\":1,\"end\":null}",
                "{\"id\":1,\"cancel\":true}",
                "{\"id\":1,\"error\":{\"code\":\"c\",\"message\":\"m\"}}", "{\"id\":1,\"credit\":1}",
            ] { try await peer.write(frame(payload)) }
            peer.close()

            let fault = await link.run()
            #expect(fault == nil)
        }
    }

    @Test(arguments: [4, 10])
    func `the end inside a frame is told from a plain one`(count: Int) throws {
        try onLoop { role in
            let (link, peer) = try linkAndPeer(.dialled, on: role.loop)
            try await peer.write(Array(frame("{\"id\":1,\"end\":null}").prefix(count)))
            peer.close()

            let fault = await link.run() as? FrameError
            #expect(fault == .truncated)
        }
    }

    @Test func `a frame of 16 MiB passes, and one byte more is refused at its length`() throws {
        try onLoop { role in
            let (link, peer) = try linkAndPeer(.accepted, on: role.loop)
            let opened = Mailbox<Int>(on: role.loop)
            link.onOpen = { opened.post($0.opening?.body.raw.count ?? 0) }
            let room =
                Frame.dataLimit - Array("{\"id\":1,\"open\":\"m\",\"head\":{},\"body\":\"\"}".utf8).count
            let body = String(repeating: "x", count: room)
            let whole = frame("{\"id\":1,\"open\":\"m\",\"head\":{},\"body\":\"\(body)\"}")
            role.start { try? await peer.write(whole + [1, 0, 0, 1]) }

            let fault = await link.run() as? FrameError
            #expect(fault == .length(Frame.dataLimit + 1, limit: Frame.dataLimit))
            #expect(opened.take() == room + 2)
        }
    }

    @Test func `a body that no frame can carry is refused, and the link lives on`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let body =
                [UInt8(ascii: "\"")] + [UInt8](repeating: 120, count: Frame.dataLimit) + [UInt8(ascii: "\"")]
            let refused = links.near.open(kind: "model", head: [0x7b, 0x7d], body: body)
            let other = try await links.open()
            other.answerer.end([0x37])

            #expect(refused == nil)
            #expect(await other.opener.nextWords() == "end 7")
        }
    }

    @Test func `beyond 32 MiB that wait no stream is opened, until some have gone out`() throws {
        try onLoop { role in
            let (link, peer) = try linkAndPeer(.dialled, on: role.loop)
            let body = [UInt8(ascii: "\"")] + [UInt8](repeating: 120, count: 8 << 20) + [UInt8(ascii: "\"")]
            var opened = 0
            while opened < 10, link.open(kind: "m", head: [0x7b, 0x7d], body: body) != nil { opened += 1 }
            #expect(opened == 4 || opened == 3)
            #expect(link.openStreams == opened)
            #expect(link.open(kind: "m", head: [0x7b, 0x7d], body: [0x37]) != nil)

            let input = peer.makeInput()
            var received = 0
            while received < 8 << 20 {
                received += try await peer.read(into: input)
                input.consume(input.count)
            }
            await role.loop.sleep(for: .milliseconds(1))
            #expect(link.open(kind: "m", head: [0x7b, 0x7d], body: body) != nil)
        }
    }

    @Test func `a link that has closed opens nothing`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            links.near.close()

            #expect(links.near.open(kind: "model", head: [0x7b, 0x7d], body: [0x37]) == nil)
            #expect(await links.ended.next(atMost: .seconds(5)) != nil)
            #expect(await links.ended.next(atMost: .seconds(5)) != nil)
            #expect(!links.far.isOpen)
        }
    }
}
