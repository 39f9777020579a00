import Events
import HTTP
import LoopTesting
import Posix
import Testing
import Transport

@Suite struct UpstreamCancelTests {
    /// Cancels `exchange` as soon as `isTime`, and says how it ended, if at once.
    private func cancelling(
        _ exchange: UpstreamExchange,
        _ role: isolated TestRole,
        when isTime: @escaping () async -> Void,
    ) async -> UpstreamFault? {
        let clock = Clock()
        role.start {
            await isTime()
            clock.start = .now
            exchange.cancel()
        }
        let fault = await exchange.fault(within: .seconds(10))
        #expect(Moment.now - clock.start < .seconds(1))
        return fault
    }

    @Test func `while it dials`() throws {
        try onLoop { role in
            let hole = try Blackhole()
            let url = try #require(UpstreamURL("http://\(hole.address)"))
            let site = try UpstreamSite(role, change: { $0.url = url }, script: sayNothing)
            let exchange = try site.exchange()
            let fault = await cancelling(exchange, role) { await role.loop.sleep(for: .milliseconds(50)) }

            #expect(fault == .cancelled)
            #expect(exchange.attempts == 0)
        }
    }

    @Test func `while it looks up the host`() throws {
        try onLoop { role in
            let (gate, begun) = (Gate(), Signal(on: role.loop))
            let names = NameCache(
                on: role.loop,
                spawn: { work in
                    begun.raise()
                    role.start(work)
                },
                resolve: { _, _ in
                    gate.wait()
                    return []
                }
            )
            let url = try #require(UpstreamURL("http://slow.example"))
            let upstream = Upstream(Upstream.Settings(url: url), names: names, on: role.loop)
            let head = ClientRequestHead(method: .get, target: "/", host: "slow.example")
            let exchange = try upstream.exchange(head, body: [])
            role.start {
                await role.loop.sleep(for: .seconds(3))
                gate.open()
            }
            let fault = await cancelling(exchange, role) { _ = await begun.wait() }
            gate.open()

            #expect(fault == .cancelled)
        }
    }

    @Test func `before it begins`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, script: sayNothing)
            let exchange = try site.exchange()
            exchange.cancel()

            #expect(await exchange.fault() == .cancelled)
            #expect(await exchange.fault() == .cancelled)
            #expect(exchange.attempts == 0)
            #expect(site.callers.take() == nil)
        }
    }

    @Test func `while it sends`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, script: sayNothing)
            let exchange = try site.exchange(body: [UInt8](repeating: 65, count: 16 << 20))
            let fault = await cancelling(exchange, role) { _ = try? await site.caller() }

            #expect(fault == .cancelled)
        }
    }

    @Test func `while it waits for the head`() throws {
        try onLoop { role in
            let ends = Mailbox<[UInt8]?>(on: role.loop)
            let heard = Signal(on: role.loop)
            let site = try UpstreamSite(role) { caller in
                _ = try await caller.request()
                heard.raise()
                ends.post(await caller.rest())
            }
            let exchange = try site.exchange()
            let fault = await cancelling(exchange, role) { _ = await heard.wait() }

            #expect(fault == .cancelled)
            #expect(await ends.next(atMost: .seconds(5)) == .some([]))
            #expect(await exchange.fault() == .cancelled)
        }
    }

    @Test func `while it reads`() throws {
        try onLoop { role in
            let ends = Mailbox<[UInt8]?>(on: role.loop)
            let sent = Signal(on: role.loop)
            let site = try UpstreamSite(role) { caller in
                _ = try await caller.request()
                try await caller.send(["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel"])
                sent.raise()
                ends.post(await caller.rest())
            }
            let exchange = try site.exchange()
            let fault = await cancelling(exchange, role) { _ = await sent.wait() }

            #expect(fault == .cancelled)
            #expect(await ends.next(atMost: .seconds(5)) == .some([]))
            #expect(site.upstream.idleCount == 0)
        }
    }

    @Test(arguments: [
        "Content-Length: 9\r\n\r\nhel", "\r\nhel", "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n",
    ])
    func `between two reads it is no end`(rest: String) throws {
        try onLoop { role in
            let site = try UpstreamSite(role) { caller in
                _ = try await caller.request()
                try await caller.send("HTTP/1.1 200 OK\r\n\(rest)")
                _ = await caller.rest()
            }
            let exchange = try site.exchange()
            _ = try await exchange.head(within: .seconds(5))
            #expect(try await exchange.read(within: .seconds(5)) { _ in } == .some)
            exchange.cancel()

            await #expect(throws: UpstreamFault.cancelled) {
                _ = try await exchange.read(within: .seconds(5)) { _ in }
            }
        }
    }

    @Test func `behind its end it harms nobody`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, script: answerAll)
            let exchange = try site.exchange("/v1/a")
            _ = try await exchange.answer()
            exchange.cancel()

            #expect(site.upstream.idleCount == 1)
            #expect(try await site.ask("/v1/b").text == "/v1/b")
            #expect(site.callers.count == 1)
        }
    }

    @Test func `what nobody holds any more is closed`() throws {
        try onLoop { role in
            let ends = Mailbox<[UInt8]?>(on: role.loop)
            let site = try UpstreamSite(role) { caller in
                _ = try await caller.request()
                try await caller.send("HTTP/1.1 200 OK\r\n\r\n")
                ends.post(await caller.rest())
            }
            var exchange: UpstreamExchange? = try site.exchange()
            #expect(try await exchange?.head(within: .seconds(5))?.status == 200)
            exchange = nil

            #expect(await ends.next(atMost: .seconds(5)) == .some([]))
        }
    }
}

private final class Clock { var start = Moment.now }
