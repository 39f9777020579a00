import Events
import HTTP
import LoopTesting
import Posix
import Testing
import Transport

@Suite struct HTTPServerTests {
    private static var quick: HTTPServer.Settings {
        var settings = HTTPServer.Settings()
        settings.headerTimeout = .milliseconds(300)
        settings.bodyTimeout = .milliseconds(300)
        settings.idleTimeout = .milliseconds(300)
        settings.idleDrainTimeout = .milliseconds(300)
        return settings
    }

    @Test(arguments: ["G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: x\r\n"])
    func `a slow head is told so, and the connection closed`(head: String) throws {
        try onLoop { role in
            let site = try Site(role, Self.quick, handle: mirror)
            let client = try await site.connect()
            try await client.send(head)
            let answer = try await client.answer()

            #expect(answer.status == 408)
            #expect(answer.text == "the request head did not arrive in time\n")
            #expect(answer.closes)
            #expect(await client.isAtEnd())
        }
    }

    @Test func `a head that keeps coming by the byte is slow all the same`() throws {
        try onLoop { role in
            let site = try Site(role, Self.quick, handle: mirror)
            let client = try await site.connect()
            role.start {
                for byte in get("/", String(repeating: "a", count: 100)) {
                    guard (try? await client.send(String(byte))) != nil else { return }
                    await role.loop.sleep(for: .milliseconds(50))
                }
            }

            #expect(try await client.answer().status == 408)
        }
    }

    @Test func `a slow body is refused with 408`() throws {
        try onLoop { role in
            let site = try Site(role, Self.quick) { exchange in
                do throws(BodyError) {
                    _ = try await exchange.body()
                } catch {
                    guard case .refused(let refusal) = error else { return }
                    exchange.respond(refusal.status, [:], body: Array(refusal.reason.utf8))
                }
            }
            let client = try await site.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
            let answer = try await client.answer()

            #expect(answer.status == 408)
            #expect(answer.text == "the request body did not arrive in time")
            #expect(answer.closes)
            #expect(await client.isAtEnd())
        }
    }

    @Test(arguments: [false, true])
    func `an idle connection is closed without a word`(isUsed: Bool) throws {
        try onLoop { role in
            let site = try Site(role, Self.quick, handle: mirror)
            let client = try await site.connect()
            if isUsed {
                try await client.send(get())
                _ = try await client.answer()
            }

            #expect(await client.isAtEnd())
            client.stream.close()
            #expect(await site.server.emptied(within: .seconds(3)))
        }
    }

    @Test func `the time-outs end neither a long answer nor a long thought`() throws {
        try onLoop { role in
            let site = try Site(role, Self.quick) { exchange in
                await role.loop.sleep(for: .milliseconds(900))
                exchange.startStream(200, [:])
                for _ in 0..<3 {
                    try? await exchange.send([65])
                    await role.loop.sleep(for: .milliseconds(400))
                }
                exchange.finish()
            }
            let client = try await site.connect()
            try await client.send(get())

            #expect(try await client.answer().text == "AAA")
        }
    }

    @Test func `while draining the next answer is the connection's last`() throws {
        try onLoop { role in
            let site = try Site(role, handle: mirror)
            let client = try await site.connect()
            try await client.send(get("/1"))
            #expect(try await client.answer().closes == false)
            site.server.drain()
            try await client.send(get("/2"))
            let answer = try await client.answer()

            #expect(answer.text == "GET /2 ")
            #expect(answer.closes)
            #expect(await client.isAtEnd())
            client.stream.close()
            #expect(await site.server.emptied(within: .seconds(3)))
        }
    }

    @Test func `an idle connection lives on while draining, then is half closed`() throws {
        try onLoop { role in
            let site = try Site(role, Self.quick, handle: mirror)
            let idle = try await site.connect()
            let used = try await site.connect()
            try await used.send(get())
            _ = try await used.answer()
            let start = Moment.now
            site.server.drain(idleTimeout: .milliseconds(600))

            #expect(await idle.isAtEnd())
            #expect(await used.isAtEnd())
            #expect(Moment.now - start > .milliseconds(500))
            for client in [idle, used] { client.stream.close() }
            #expect(await site.server.emptied(within: .seconds(3)))
        }
    }

    @Test func `a client that holds on is left a second after the half close`() throws {
        try onLoop { role in
            let site = try Site(role, Self.quick, handle: mirror)
            let client = try await site.connect()
            site.server.drain(idleTimeout: .zero)
            #expect(await client.isAtEnd())
            let start = Moment.now

            #expect(await site.server.emptied(within: .seconds(5)))
            #expect(Moment.now - start < .seconds(2))
        }
    }

    @Test func `a promise to live on, made before the drain, is kept`() throws {
        try onLoop { role in
            let gate = Signal(on: role.loop)
            let site = try Site(role) { exchange in
                exchange.startStream(200, [:])
                try? await exchange.send([65])
                if exchange.head.target == "/1" { _ = await gate.wait(atMost: .seconds(5)) }
                exchange.finish()
            }
            let client = try await site.connect()
            try await client.send(get("/1"))
            await role.loop.sleep(for: .milliseconds(20))
            site.server.drain()
            gate.raise()
            #expect(try await client.answer().closes == false)
            try await client.send(get("/2"))
            let second = try? await client.answer()

            #expect(second?.text == "A")
            #expect(second?.closes == true)
        }
    }

    @Test func `what a handler does when told to come to an end is its answer`() throws {
        try onLoop { role in
            let begun = Signal(on: role.loop)
            let site = try Site(role) { exchange in
                let told = Signal(on: role.loop)
                exchange.onInterrupt { told.raise() }
                begun.raise()
                exchange.respond(await told.wait(atMost: .seconds(5)) ? "told" : "never told")
            }
            let client = try await site.connect()
            try await client.send(get())
            _ = await begun.wait(atMost: .seconds(5))
            site.server.interrupt(streams: true)

            #expect(try await client.answer().text == "told")
            site.server.interrupt(streams: true)
        }
    }

    @Test func `closing all ends every connection at once`() throws {
        try onLoop { role in
            let begun = Signal(on: role.loop)
            let site = try Site(role) { exchange in
                begun.raise()
                exchange.startStream(200, [:])
                while (try? await exchange.send([65])) != nil { await role.loop.sleep(for: .milliseconds(1)) }
            }
            let idle = try await site.connect()
            let busy = try await site.connect()
            try await busy.send(get())
            _ = await begun.wait(atMost: .seconds(5))
            site.server.closeAll()

            #expect(await site.server.emptied(within: .seconds(2)))
            #expect(await idle.isAtEnd())
            #expect(site.server.inFlight == 0)
        }
    }

    @Test func `several may wait until no connection is left`() throws {
        try onLoop { role in
            let site = try Site(role, handle: mirror)
            let client = try await site.connect()
            await role.loop.sleep(for: .milliseconds(10))
            let ended = Mailbox<Bool>(on: role.loop)
            for _ in 0..<2 { role.start { ended.post(await site.server.emptied(within: .seconds(2))) } }
            role.start { client.stream.close() }

            #expect(await ended.next(atMost: .seconds(4)) == true)
            #expect(await ended.next(atMost: .seconds(4)) == true)
        }
    }

    @Test func `no connection is lost when the listener leaves`() throws {
        try onLoop { role in
            let site = try Site(role, handle: mirror)
            var sockets: [CInt] = []
            for _ in 0..<200 { sockets.append(try Socket.connect(site.address).release()) }
            site.listener.leave()
            site.server.drain()
            for number in sockets {
                let client = Client(try ByteStream(Descriptor(owning: number), .tcp, on: role.loop))
                client.stream.setDeadline(after: .seconds(5))
                try await client.send(get("/\(number)"))
                #expect(try await client.answer().text == "GET /\(number) ")
            }
            #expect(await site.server.emptied(within: .seconds(5)))
            #expect(site.server.served == 200)
        }
    }
}
