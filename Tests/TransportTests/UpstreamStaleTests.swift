import Events
import HTTP
import LoopTesting
import Posix
import Testing
import Transport

/// What becomes of a request on a connection that was kept and turns out to be dead.
@Suite struct UpstreamStaleTests {
    /// A server whose first connection ends in `end` at its second request, and whose others answer.
    private func site(
        _ role: isolated TestRole,
        _ end: @escaping (Caller) async throws -> Void
    ) throws -> (UpstreamSite, Mailbox<String>) {
        let asked = Mailbox<String>(on: role.loop)
        let count = Count()
        let site = try UpstreamSite(role) { caller in
            count.number += 1
            let number = count.number
            while let request = try await caller.request() {
                asked.post("\(number) \(request.target) \(request.body.count)")
                if number == 1, request.target == "/v1/2" { return try await end(caller) }
                try await caller.send(answer(request.target))
            }
        }
        return (site, asked)
    }

    @Test(arguments: [false, true], [10, 100_000])
    func `a request that nobody answered is sent again, once`(isReset: Bool, count: Int) throws {
        try onLoop { role in
            let (site, asked) = try site(role) { if isReset { $0.reset() } else { $0.stream.close() } }
            try await site.ask("/v1/1")
            let exchange = try site.exchange("/v1/2", body: [UInt8](repeating: 65, count: count))

            #expect(try await exchange.answer().text == "/v1/2")
            #expect(exchange.attempts == 2)
            #expect(asked.take() == "1 /v1/1 0")
            #expect(asked.take() == "1 /v1/2 \(count)")
            #expect(asked.take() == "2 /v1/2 \(count)")
            #expect(asked.take() == nil)
            #expect(site.upstream.idleCount == 1)
        }
    }

    @Test func `a large request to a connection that dies meanwhile is sent again`() throws {
        try onLoop { role in
            let count = Count()
            let site = try UpstreamSite(role) { caller in
                count.number += 1
                _ = try await caller.request()
                try await caller.send(answer("first"))
                guard count.number == 1 else { return }
                _ = try await caller.stream.read(into: caller.stream.makeInput())
                caller.reset()
            }
            try await site.ask()
            let exchange = try site.exchange(body: [UInt8](repeating: 65, count: 16 << 20))

            #expect(try await exchange.answer().text == "first")
            #expect(exchange.attempts == 2)
        }
    }

    @Test func `the new connection is given no second chance`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role) { caller in
                if try await caller.request()?.target == "/v1/1" {
                    try await caller.send(answer("x"))
                    _ = try await caller.request()
                }
                caller.stream.close()
            }
            try await site.ask("/v1/1")
            let exchange = try site.exchange("/v1/2")

            #expect(await exchange.fault() == .noAnswer)
            #expect(exchange.attempts == 2)
            #expect(site.callers.count == 2)
        }
    }

    @Test(arguments: [
        ("H", UpstreamFault.cut), ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", .cut),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", .cut),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", .cut),
        ("220 smtp\r\n", .malformed(.invalidStatusLine)),
    ])
    func `a request that was answered in part is not sent again`(part: String, fault: UpstreamFault) throws {
        try onLoop { role in
            let (site, _) = try site(role) { caller in
                try await caller.send([part])
                caller.stream.close()
            }
            try await site.ask("/v1/1")
            let exchange = try site.exchange("/v1/2")

            #expect(await exchange.fault() == fault)
            #expect(exchange.attempts == 1)
            #expect(site.callers.count == 1)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n",
    ])
    func `nor is one of which the server said that it is at work`(interim: String) throws {
        try onLoop { role in
            let (site, _) = try site(role) { caller in
                try await caller.send([interim])
                caller.stream.close()
            }
            try await site.ask("/v1/1")
            let exchange = try site.exchange("/v1/2")

            #expect(await exchange.fault() == .noAnswer)
            #expect(exchange.attempts == 1)
        }
    }

    @Test func `a server that has gone is unreachable, though a connection was kept`() throws {
        try onLoop { role in
            let (first, second) = (Signal(on: role.loop), Signal(on: role.loop))
            var site: UpstreamSite? = try UpstreamSite(role) { caller in
                _ = try await caller.request()
                try await caller.send(answer("x"))
                _ = try await caller.request()
                first.raise()
                _ = await second.wait()
                caller.stream.close()
            }
            let upstream = try #require(site).upstream
            try await site?.ask()
            let exchange = try #require(try site?.exchange())
            role.start {
                _ = await first.wait()
                site = nil
                second.raise()
            }
            let fault = await exchange.fault()

            #expect(fault == .unreachable("\(upstream.settings.url.authority): connect: Connection refused"))
            #expect(exchange.attempts == 1)
        }
    }
}

private final class Count { var number = 0 }
