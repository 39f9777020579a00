import Events
import HTTP
import LoopTesting
import Posix
import Testing
import Transport

@Suite struct RefusalTests {
    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\nHost: x\n\n", 400),
        ("GET /../x HTTP/1.1\r\nHost: x\r\n\r\n", 403),
        ("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("\u{16}\u{3}\u{1}", 400), ("CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n", 501),
        ("GET /\(String(repeating: "x", count: 9_000)) HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: x\r\n\(String(repeating: "a: b\r\n", count: 101))\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: x\r\na: \(String(repeating: "b", count: 40_000))\r\n\r\n", 431),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("GET / HTTP/1.1\r\nHost: x\r\nExpect: more\r\n\r\n", 417),
    ])
    func `what never reaches a handler is answered in the server's words, and the connection closed`(
        request: String,
        status: Int,
    ) throws {
        try onLoop { role in
            let site = try Site(role) { _ in Issue.record("a handler was called") }
            site.server.spellRefusal = { refusal, _ in
                (["x-status": "\(refusal.status)"], Array("refused: \(refusal.reason)".utf8))
            }
            let client = try await site.connect()
            role.start { try? await client.send(request) }
            let answer = try await client.answer()

            #expect(answer.status == status)
            #expect(answer.head.fields["x-status"] == "\(status)")
            #expect(answer.text.hasPrefix("refused: "))
            #expect(answer.closes)
            #expect(await client.isAtEnd())
        }
    }

    @Test func `requests before the faulty one are answered first`() throws {
        try onLoop { role in
            let site = try Site(role, handle: mirror)
            let client = try await site.connect()
            try await client.send(get("/1") + get("/2") + "bad\r\n\r\n" + get("/3"))

            #expect(try await client.answer().text == "GET /1 ")
            #expect(try await client.answer().text == "GET /2 ")
            #expect(try await client.answer().status == 400)
            #expect(await client.isAtEnd())
            #expect(site.server.served == 2)
        }
    }

    @Test func `a fault in the body is the handler's to answer, and the connection's end`() throws {
        try onLoop { role in
            let site = try Site(role) { exchange in
                do throws(BodyError) {
                    _ = try await exchange.body()
                } catch {
                    guard case .refused(let refusal) = error else { return }
                    exchange.respond(refusal.status, [:], body: Array(refusal.reason.utf8))
                }
            }
            let client = try await site.connect()
            try await client.send(
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + get()
            )
            let answer = try await client.answer()

            #expect(answer.status == 400)
            #expect(answer.closes)
            #expect(await client.isAtEnd())
        }
    }

    @Test func `a client that leaves in its body is noticed`() throws {
        try onLoop { role in
            let seen = Mailbox<BodyError>(on: role.loop)
            let site = try Site(role) { exchange in
                do throws(BodyError) { _ = try await exchange.body() } catch { seen.post(error) }
            }
            let client = try await site.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
            client.stream.close()

            #expect(await seen.next(atMost: .seconds(5)) == .disconnected)
            #expect(await site.server.emptied(within: .seconds(5)))
        }
    }

    @Test func `a client that still sends can read the whole refusal`() throws {
        try onLoop { role in
            let site = try Site(role, handle: mirror)
            let reason = [UInt8](repeating: 65, count: 100_000)
            site.server.spellRefusal = { _, _ in ([:], reason) }
            let client = try await site.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
            role.start {
                while (try? await client.stream.write([UInt8](repeating: 66, count: 10_000))) != nil {
                    await role.loop.sleep(for: .milliseconds(1))
                }
            }
            let answer = try await client.answer()

            #expect(answer.status == 413)
            #expect(answer.body == reason)
        }
    }

    @Test func `a client that never stops sending is left after a second, and others are served meanwhile`()
        throws
    {
        try onLoop { role in
            let site = try Site(role, handle: mirror)
            let address = site.address
            try role.loop.offload { _ in
                flood(address, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
            }
            while site.server.connectionCount == 0 { await role.loop.sleep(for: .milliseconds(1)) }
            let start = Moment.now
            let client = try await site.connect()
            try await client.send(get())
            #expect(try await client.answer().status == 200)
            #expect(Moment.now - start < .milliseconds(500))
            client.stream.close()

            #expect(await site.server.emptied(within: .seconds(4)))
        }
    }
}

/// Sends `head` and then as fast as it can, on the helper thread, until the server has closed or five seconds are over.
private func flood(_ address: SocketAddress, _ head: String) {
    guard let socket = try? Socket.connect(address) else { return }
    let end = Moment.now + .seconds(5)
    var bytes = Array(head.utf8)
    let filler = [UInt8](repeating: 66, count: 1 << 20)
    while Moment.now < end {
        do throws(Errno) {
            let sent = try bytes.span.withUnsafeBytes { all throws(Errno) in
                try Socket.send(socket.number, all)
            }
            if sent != nil { bytes = filler }
        } catch {
            return
        }
    }
}
