import Events
import HTTP
import LoopTesting
import Posix
import Testing
import Transport

@Suite struct UpstreamExchangeTests {
    @Test(arguments: [0, 1, 1000, 65_536, 65_537, 3_000_000])
    func `a request is sent whole, whatever its length`(count: Int) throws {
        try onLoop { role in
            let site = try UpstreamSite(role) { caller in
                let request = try #require(try await caller.request())
                let isRight = request.body == (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
                try await caller.send(answer("\(request.target) \(request.body.count) \(isRight)"))
            }
            let exchange = try site.exchange(
                "/v1/chat?a=b",
                body: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            )

            #expect(try await exchange.answer().text == "/v1/chat?a=b \(count) true")
            #expect(exchange.attempts == 1)
        }
    }

    @Test func `the head says what it is to say`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, script: sayNothing)
            let exchange = try site.exchange(body: [65])
            role.start { _ = await exchange.fault() }
            let caller = try await site.caller()
            let input = caller.stream.makeInput()
            _ = try await caller.stream.read(into: input)
            let text = String(decoding: Array(input.unread), as: UTF8.self)
            exchange.cancel()

            #expect(text == "POST /v1/x HTTP/1.1\r\nhost: \(site.address)\r\ncontent-length: 1\r\n\r\nA")
        }
    }

    static let answers: [(String, String, Bool)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 hello", false),
        ("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", "404 ", false),
        ("HTTP/1.1 204 No Content\r\n\r\n", "204 ", false),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n",
            "200 hello",
            false
        ),
        ("HTTP/1.1 200 OK\r\nX: y\r\n\r\nhello", "200 hello", true),
        ("HTTP/1.0 500 No\r\n\r\n", "500 ", true),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 102 P\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            "200 hi",
            false
        ),
    ]

    @Test(arguments: answers)
    func `an answer is the same wherever it is cut`(text: String, whole: String, closes: Bool) throws {
        try onLoop { role in
            let cuts = Mailbox<[String]>(on: role.loop)
            let site = try UpstreamSite(role) { caller in
                while try await caller.request() != nil, let pieces = cuts.take() {
                    try await caller.send(pieces)
                    if closes { return caller.stream.close() }
                }
            }
            let units = Array(text.utf8)
            let pieces = (0...units.count).map { place in
                [
                    String(decoding: units[..<place], as: UTF8.self),
                    String(decoding: units[place...], as: UTF8.self),
                ]
            }
            for pieces in pieces + [units.map { String(UnicodeScalar($0)) }] {
                cuts.post(pieces)
                let answer = try await site.ask()
                #expect("\(answer.status) \(answer.text)" == whole)
            }

            #expect(site.callers.count == (closes ? units.count + 2 : 1))
            #expect(site.upstream.idleCount == (closes ? 0 : 1))
        }
    }

    static let faults: [(String, UpstreamFault)] = [
        ("", .noAnswer), ("H", .cut), ("HTTP/1.1 200 OK\r\n", .cut),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r", .cut),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", .cut),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", .cut),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .cut),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", .cut),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", .cut),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1", .cut),
        ("SSH-2.0-OpenSSH\r\n", .malformed(.invalidStatusLine)),
        ("HTTP/2 200\r\n\r\n", .malformed(.invalidStatusLine)),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", .malformed(.invalidStatusLine)),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", .malformed(.invalidChunkSize)),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", .malformed(.invalidContentLength)),
    ]

    @Test(arguments: faults)
    func `what ends too early or is no HTTP says so, and is not asked again`(
        text: String,
        fault: UpstreamFault
    ) throws {
        try onLoop { role in
            for isReset in [false, true] {
                let site = try UpstreamSite(role) { caller in
                    _ = try await caller.request()
                    try await caller.send([text])
                    if isReset { caller.reset() } else { caller.stream.close() }
                }
                let exchange = try site.exchange()

                #expect(await exchange.fault() == fault)
                #expect(exchange.attempts == 1)
                #expect(site.upstream.idleCount == 0)
            }
        }
    }

    @Test func `a body that only the end ends is cut by what is no proper end`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role) { caller in
                _ = try await caller.request()
                try await caller.send(["HTTP/1.1 200 OK\r\n\r\n", "hello"])
                caller.reset()
            }

            let exchange = try site.exchange()

            #expect(await exchange.fault() == .cut)
        }
    }

    @Test func `silence is told, and can be waited on`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, script: sayNothing)
            let exchange = try site.exchange()
            #expect(try await exchange.head(within: .milliseconds(50)) == nil)
            let caller = try await site.caller()
            try await caller.send(["HTTP/1.1 200 OK\r\nContent-Len"])
            #expect(try await exchange.head(within: .milliseconds(50)) == nil)
            try await caller.send("gth: 5\r\n\r\n")
            #expect(try await exchange.head(within: .seconds(5))?.status == 200)
            #expect(try await exchange.read(within: .milliseconds(50)) { _ in } == .silence)
            try await caller.send("hel")
            var bytes: [UInt8] = []
            #expect(try await exchange.read(within: .seconds(5)) { bytes += $0 } == .some)
            #expect(try await exchange.read(within: .milliseconds(50)) { bytes += $0 } == .silence)
            try await caller.send("lo")
            while try await exchange.read(within: .seconds(5), { bytes += $0 }) == .some {}

            #expect(bytes == Array("hello".utf8))
            #expect(try await exchange.read(within: .zero) { _ in } == .end)
            #expect(exchange.attempts == 1)
        }
    }

    @Test func `an answer to half a request is taken, and the connection with it closed`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role) { caller in
                _ = try await caller.stream.read(into: caller.stream.makeInput())
                try await caller.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
                caller.stream.close()
            }
            let exchange = try site.exchange(body: [UInt8](repeating: 65, count: 16 << 20))
            let answer = try await exchange.answer()

            #expect(answer == UpstreamAnswer(status: 413, text: "big"))
            #expect(exchange.attempts == 1)
            #expect(site.upstream.idleCount == 0)
        }
    }

    @Test func `a server that takes nothing is given up`() throws {
        try onLoop { role in
            let site = try UpstreamSite(
                role,
                change: { $0.sendTimeout = .milliseconds(200) },
                script: sayNothing
            )
            let exchange = try site.exchange(body: [UInt8](repeating: 65, count: 16 << 20))

            #expect(await exchange.fault() == .sendTimeout)
        }
    }

    @Test func `a server that is slow is not, as long as it takes something`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, change: { $0.sendTimeout = .milliseconds(500) }) { caller in
                let input = caller.stream.makeInput()
                for _ in 0..<24 {
                    var count = 0
                    while count < 1 << 20 {
                        count += try await caller.stream.read(into: input)
                        input.consume(input.count)
                    }
                    await role.loop.sleep(for: .milliseconds(60))
                }
                try await caller.send(answer("taken"))
                _ = await caller.rest()
            }
            let exchange = try site.exchange(body: [UInt8](repeating: 65, count: 32 << 20))

            #expect(try await exchange.answer().text == "taken")
        }
    }

    @Test func `a head that cannot be sent is refused before anybody is called`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, script: sayNothing)
            #expect(throws: HTTPFault.invalidTargetCharacter) { _ = try site.exchange("/a b") }
            let head = ClientRequestHead(method: .get, target: "/", host: "x", fields: ["a": "b\r\nc: d"])
            #expect(throws: HTTPFault.invalidFieldValue) { _ = try site.upstream.exchange(head, body: []) }
        }
    }
}
