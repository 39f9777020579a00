import Events
import HTTP
import LoopTesting
import Testing
import Transport

@Suite struct HTTPConnectionTests {
    @Test func `one connection serves request after request`() throws {
        try onLoop { role in
            let site = try Site(role, handle: mirror)
            let client = try await site.connect()
            for number in 0..<5 {
                try await client.send(get("/\(number)"))
                let answer = try await client.answer()
                #expect(answer.text == "GET /\(number) ")
                #expect(!answer.closes)
                #expect(answer.head.fields["date"]?.hasSuffix(" GMT") == true)
            }

            #expect(site.server.served == 5)
            #expect(site.server.inFlight == 0)
            #expect(site.server.connectionCount == 1)
        }
    }

    @Test func `ten requests in one write are answered in order, in one piece`() throws {
        try onLoop { role in
            let site = try Site(role, handle: mirror)
            let client = try await site.connect()
            try await client.send((0..<10).map { $0 % 2 == 0 ? get("/\($0)") : post("\($0)") }.joined())
            let input = client.stream.makeInput()
            _ = try await client.stream.read(into: input)
            let text = String(decoding: Array(input.unread), as: UTF8.self)
            let answers = text.split(separator: "HTTP/1.1 200 OK\r\n").compactMap {
                $0.split(separator: "\r\n").last
            }

            #expect(answers == (0..<10).map { $0 % 2 == 0 ? "GET /\($0) " : "POST / \($0)" })
        }
    }

    @Test(arguments: [
        get("/split", "A: b\r\n"), post("hello"),
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nT: x\r\n\r\n",
    ])
    func `a request reads the same wherever it is split`(request: String) throws {
        try onLoop { role in
            let site = try Site(role, handle: mirror)
            let client = try await site.connect()
            try await client.send(request)
            let whole = try await client.answer().text
            for cut in 1..<request.utf8.count {
                try await client.send(String(request.prefix(cut)))
                await role.loop.sleep(for: .microseconds(100))
                try await client.send(String(request.dropFirst(cut)))
                #expect(try await client.answer().text == whole)
            }
            for byte in request {
                try await client.send(String(byte))
                await role.loop.sleep(for: .microseconds(100))
            }

            #expect(try await client.answer().text == whole)
        }
    }

    @Test(arguments: [0, 1, 16_384, 300_000])
    func `a body of any length is read whole, in one piece or in chunks`(count: Int) throws {
        try onLoop { role in
            let site = try Site(role, handle: mirror)
            let client = try await site.connect()
            let body = String(repeating: "x", count: count)
            role.start { try? await client.send(post(body)) }
            #expect(try await client.answer().text == "POST / \(body)")
            role.start {
                var request = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                for start in stride(from: 0, to: count, by: 70_000) {
                    let size = min(70_000, count - start)
                    request += "\(String(size, radix: 16))\r\n\(String(repeating: "x", count: size))\r\n"
                }
                try? await client.send(request + "0\r\n\r\n")
            }

            #expect(try await client.answer().text == "POST / \(body)")
        }
    }

    @Test func `who waits for 100 gets it once, when the body is asked for`() throws {
        try onLoop { role in
            let asks = Mailbox<Bool>(on: role.loop)
            let site = try Site(role) { exchange in
                _ = await asks.next()
                _ = try? await exchange.body()
                await mirror(exchange)
            }
            let client = try await site.connect()
            try await client.send(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
            )
            await role.loop.sleep(for: .milliseconds(20))
            #expect(try client.stream.readNow(into: client.stream.makeInput()) == nil)
            asks.post(true)
            #expect(try await client.answer().status == 100)
            try await client.send("ok")

            #expect(try await client.answer().status == 200)
            try await client.send(get())
            asks.post(true)
            #expect(try await client.answer().status == 200)
        }
    }

    @Test func `who waits for 100 and has sent the body all the same gets none`() throws {
        try onLoop { role in
            let site = try Site(role, handle: mirror)
            let client = try await site.connect()
            try await client.send(post("ok", "Expect: 100-continue\r\n"))

            #expect(try await client.answer().text == "POST / ok")
        }
    }

    @Test func `an answer instead of 100 is the connection's last, and says so`() throws {
        try onLoop { role in
            let site = try Site(role) { $0.respond("no") }
            let client = try await site.connect()
            try await client.send(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
            )
            let answer = try await client.answer()

            #expect(answer.text == "no")
            #expect(await client.isAtEnd())
            #expect(answer.closes)
        }
    }

    @Test func `HEAD is answered with the length and no body`() throws {
        try onLoop { role in
            let site = try Site(role) { exchange in
                guard exchange.head.target == "/stream" else { return exchange.respond("hello") }
                exchange.startStream(200, [:])
                try? await exchange.send(Array("hello".utf8))
                exchange.finish()
            }
            let client = try await site.connect()
            try await client.send(
                "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nHEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n"
            )
            let first = try await client.answer(to: .head)
            let second = try await client.answer(to: .head)

            #expect(first.head.contentLength == 5)
            #expect(first.body.isEmpty)
            #expect(second.head.contentLength == nil)
            #expect(second.body.isEmpty)
            try await client.send(get())
            #expect(try await client.answer().text == "hello")
        }
    }

    @Test(arguments: [
        ("HTTP/1.0", "", true), ("HTTP/1.0", "Connection: keep-alive\r\n", false),
        ("HTTP/1.1", "Connection: close\r\n", true), ("HTTP/1.1", "", false),
    ])
    func `a connection lives on if the client's version or words say so`(
        version: String,
        fields: String,
        closes: Bool,
    ) throws {
        try onLoop { role in
            let site = try Site(role, handle: mirror)
            let client = try await site.connect()
            try await client.send("GET / \(version)\r\nHost: x\r\n\(fields)\r\n")
            let answer = try await client.answer()

            #expect(answer.text == "GET / ")
            let said = answer.head.fields["connection"]
            #expect(said == (closes ? "close" : version == "HTTP/1.0" ? "keep-alive" : nil))
            if closes {
                #expect(await client.isAtEnd())
            } else {
                try await client.send(get("/2"))
                #expect(try await client.answer().text == "GET /2 ")
            }
        }
    }

    @Test func `a stream for HTTP/1.0 ends with its connection`() throws {
        try onLoop { role in
            let site = try Site(role) { exchange in
                exchange.startStream(200, [:])
                for piece in ["a", "b", "c"] { try? await exchange.send(Array(piece.utf8)) }
                exchange.finish()
            }
            let client = try await site.connect()
            try await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let text = try await client.rest()

            #expect(text.hasSuffix("\r\n\r\nabc"))
            #expect(text.contains("connection: close\r\n"))
            #expect(!text.contains("chunked"))
        }
    }

    @Test(arguments: [(10, true), (60_000, true), (200_000, false)])
    func `a body that the handler left is read past, unless it is long`(count: Int, livesOn: Bool) throws {
        try onLoop { role in
            let site = try Site(role) { $0.respond($0.head.target) }
            let client = try await site.connect()
            role.start { try? await client.send(post(String(repeating: "x", count: count)) + get("/next")) }
            #expect(try await client.answer().text == "/")

            if livesOn {
                #expect(try await client.answer().text == "/next")
            } else {
                #expect(await client.isAtEnd())
            }
        }
    }

    @Test func `an answer does not wait for a body that nobody reads`() throws {
        try onLoop { role in
            let site = try Site(role) { $0.respond("early") }
            let client = try await site.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
            client.stream.setDeadline(after: .seconds(2))

            #expect((try? await client.answer().text) == "early")
        }
    }
}
