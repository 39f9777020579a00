import Events
import HTTP
import LoopTesting
import Posix
import Testing
import Transport

@Suite struct UpstreamTests {
    @Test func `one connection serves exchange after exchange`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, script: answerAll)
            for number in 0..<5 {
                #expect(try await site.ask("/v1/\(number)", body: [1, 2]).text == "/v1/\(number)")
                #expect(site.upstream.idleCount == 1)
            }

            #expect(site.callers.count == 1)
        }
    }

    @Test func `exchanges at the same time have connections of their own, and the last is used first`() throws
    {
        try onLoop { role in
            let site = try UpstreamSite(role, script: answerAll)
            let (one, two) = (try site.exchange("/v1/1"), try site.exchange("/v1/2"))
            _ = try await one.head(within: .seconds(5))
            _ = try await two.head(within: .seconds(5))
            try await one.drain()
            try await two.drain()
            #expect(site.upstream.idleCount == 2)
            let first = try await site.caller()
            first.stream.close()

            for _ in 0..<3 { try await site.ask() }
            #expect(site.callers.count == 1)
        }
    }

    static let unkept = [
        answer("x", "Connection: close\r\n"), "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxy", answer("x") + answer("y"),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n\r\n",
    ]

    @Test(arguments: unkept)
    func `a connection that is to be closed or said too much is not kept`(text: String) throws {
        try onLoop { role in
            let ends = Mailbox<Bool>(on: role.loop)
            let site = try UpstreamSite(role) { caller in
                _ = try await caller.request()
                try await caller.send(text)
                _ = await caller.rest()
                ends.post(true)
            }
            for number in 1...2 {
                #expect(try await site.ask().text == "x")
                #expect(site.upstream.idleCount == 0)
                #expect(site.callers.count == number)
                #expect(await ends.next(atMost: .seconds(5)) == true)
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ])
    func `any answer whose end is known lets the connection live`(text: String) throws {
        try onLoop { role in
            let site = try UpstreamSite(role) { caller in
                while try await caller.request() != nil { try await caller.send(text) }
            }
            for _ in 0..<3 { try await site.ask() }

            #expect(site.callers.count == 1)
            #expect(site.upstream.idleCount == 1)
        }
    }

    @Test(arguments: [false, true])
    func `an idle connection that the server closes is let go at once`(isReset: Bool) throws {
        try onLoop { role in
            let site = try UpstreamSite(role, script: answerAll)
            try await site.ask()
            let caller = try await site.caller()
            if isReset { caller.reset() } else { caller.stream.close() }
            let end = Moment.now + .seconds(5)
            while site.upstream.idleCount > 0, Moment.now < end { await role.loop.yield() }
            #expect(site.upstream.idleCount == 0)
            let exchange = try site.exchange("/v1/again")

            #expect(try await exchange.answer().text == "/v1/again")
            #expect(exchange.attempts == 1)
        }
    }

    @Test func `a connection that the server closes behind its answer is not kept`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, script: sayNothing)
            let exchange = try site.exchange()
            #expect(try await exchange.head(within: .milliseconds(50)) == nil)
            let caller = try await site.caller()
            try await caller.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
            #expect(try await exchange.head(within: .seconds(5))?.keepsAlive == true)
            try await caller.send("hi")
            caller.stream.close()
            // The end of the connection is known before the end of the body is read.
            await role.loop.yield()
            await role.loop.yield()
            try await exchange.drain()

            #expect(site.upstream.idleCount == 0)
        }
    }

    @Test func `an idle connection on which something comes is not used again`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, script: answerAll)
            try await site.ask()
            try await site.caller().send([answer("unasked")])
            let exchange = try site.exchange("/v1/again")

            #expect(try await exchange.answer().text == "/v1/again")
            #expect(exchange.attempts == 1)
            #expect(site.callers.count == 1)
        }
    }

    @Test func `no more are kept than may be`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, change: { $0.idleLimit = 1 }, script: answerAll)
            let exchanges = try (0..<3).map { _ in try site.exchange() }
            for exchange in exchanges { _ = try await exchange.head(within: .seconds(5)) }
            for exchange in exchanges { try await exchange.drain() }

            #expect(site.upstream.idleCount == 1)
            #expect(site.callers.count == 3)
        }
    }

    @Test func `none is kept if none is to be kept`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, change: { $0.idleTimeout = .zero }, script: answerAll)
            for _ in 0..<2 { try await site.ask() }

            #expect(site.upstream.idleCount == 0)
            #expect(site.callers.count == 2)
        }
    }

    @Test func `one that nobody uses is closed in time`() throws {
        try onLoop { role in
            let ends = Mailbox<[UInt8]?>(on: role.loop)
            let site = try UpstreamSite(role, change: { $0.idleTimeout = .milliseconds(100) }) { caller in
                _ = try await caller.request()
                try await caller.send(answer("x"))
                ends.post(await caller.rest())
            }
            let start = Moment.now
            try await site.ask()
            #expect(site.upstream.idleCount == 1)

            #expect(await ends.next(atMost: .seconds(5)) == .some([]))
            #expect(Moment.now - start >= .milliseconds(100))
            #expect(site.upstream.idleCount == 0)
        }
    }

    @Test func `an upstream that is retired lets go what is idle, and what is in use when it ends`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, script: answerAll)
            let exchanges = try (0..<2).map { _ in try site.exchange() }
            for exchange in exchanges { _ = try await exchange.head(within: .seconds(5)) }
            try await exchanges[0].drain()
            #expect(site.upstream.idleCount == 1)
            site.upstream.retire()
            #expect(site.upstream.idleCount == 0)

            try await exchanges[1].drain()
            #expect(site.upstream.idleCount == 0)
            #expect(try await site.ask("/v1/late").text == "/v1/late")
            #expect(site.upstream.idleCount == 0)
        }
    }
}
