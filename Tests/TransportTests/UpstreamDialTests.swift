import Events
import HTTP
import LoopTesting
import Posix
import Testing
import Transport

/// How an upstream is reached, or not.
@Suite struct UpstreamDialTests {
    private func exchange(
        _ url: String,
        _ role: isolated TestRole,
        timeout: Duration = .seconds(5),
        resolve: @escaping @Sendable (String, UInt16) -> [SocketAddress] = { _, _ in [] },
    ) throws -> UpstreamExchange {
        let names = NameCache(on: role.loop, spawn: { role.start($0) }, resolve: resolve)
        var settings = Upstream.Settings(url: try #require(UpstreamURL(url)))
        settings.connectTimeout = timeout
        let upstream = Upstream(settings, names: names, on: role.loop)
        let head = ClientRequestHead(method: .get, target: "/v1/x", host: settings.url.authority)
        return try upstream.exchange(head, body: [])
    }

    @Test func `nobody there is unreachable, and the address is said`() throws {
        try onLoop { role in
            let address = try deserted()
            let exchange = try exchange("http://\(address)", role)

            #expect(await exchange.fault() == .unreachable("\(address): connect: Connection refused"))
            #expect(exchange.attempts == 0)
        }
    }

    @Test func `a host of which no address is known is unknown`() throws {
        try onLoop { role in
            let exchange = try exchange("http://name.example", role)

            #expect(await exchange.fault() == .unknownHost("name.example"))
        }
    }

    @Test func `a host that does not answer is waited for so long, and no longer`() throws {
        try onLoop { role in
            let hole = try Blackhole()
            let exchange = try exchange("http://\(hole.address)", role, timeout: .milliseconds(200))
            let start = Moment.now

            #expect(await exchange.fault() == .connectTimeout)
            #expect(Moment.now - start >= .milliseconds(200))
            #expect(Moment.now - start < .seconds(3))
        }
    }

    @Test func `a name server that does not answer is waited for as long as a connection`() throws {
        try onLoop { role in
            let gate = Gate()
            let exchange = try exchange("http://slow.example", role, timeout: .milliseconds(200)) { _, _ in
                gate.wait()
                return []
            }
            role.start {
                await role.loop.sleep(for: .seconds(3))
                gate.open()
            }
            let start = Moment.now
            let fault = await exchange.fault()
            gate.open()

            #expect(fault == .connectTimeout || fault == .unknownHost("slow.example"))
            #expect(Moment.now - start < .seconds(2))
        }
    }

    @Test func `a name is looked up, and the request says the name`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, script: answerAll)
            let address = site.address
            let exchange = try exchange("http://name.example:81/v1", role) { host, port in
                host == "name.example" && port == 81 ? [address] : []
            }

            #expect(try await exchange.answer().text == "/v1/x")
        }
    }

    @Test func `an address that failed is looked up again`() throws {
        try onLoop { role in
            let (gate, nobody) = (Gate(), try deserted())
            gate.open()
            let names = NameCache(on: role.loop, spawn: { role.start($0) }) { _, _ in
                gate.wait()
                return [nobody]
            }
            let upstream = Upstream(
                Upstream.Settings(url: try #require(UpstreamURL("http://name.example"))),
                names: names,
                on: role.loop
            )
            let head = ClientRequestHead(method: .get, target: "/", host: "name.example")
            for count in 1...3 {
                let fault = await (try upstream.exchange(head, body: [])).fault()
                #expect(fault == .unreachable("\(nobody): connect: Connection refused"))
                #expect(gate.count == count)
            }
        }
    }
}
