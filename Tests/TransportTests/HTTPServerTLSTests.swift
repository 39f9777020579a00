import Events
import HTTP
import LoopTesting
import Posix
import TLS
import TLSTesting
import Testing
import Transport

@Suite struct HTTPServerTLSTests {
    @Test(arguments: [["--tlsv1.3"], ["--tls-max", "1.2"], ["--http1.0"], ["-H", "Connection: close"]])
    func `curl gets its answer`(options: [String]) throws {
        try onLoop { role in
            let site = try Site(role, tls: .testServer("rsa"), handle: mirror)
            let (text, exit) = try await curl(role, site, options + ["-d", "hello"])
            #expect(text == "POST / hello")
            #expect(exit == .code(0))
        }
    }

    @Test func `a large body comes and goes whole`() throws {
        try onLoop { role in
            let site = try Site(role, tls: .testServer()) { exchange in
                guard let body = try? await exchange.body() else { return }
                exchange.respond(200, [:], body: body)
            }
            let body = String(repeating: "0123456789abcdef", count: 1 << 16)
            let command = try Command(role, curlWords(site, ["--data-binary", "@-"]))
            try await command.say(body)
            command.hangUp()
            let (text, exit) = try await command.finished()
            #expect(exit == .code(0))
            #expect(text == body)
        }
    }

    @Test func `a connection serves many requests, and a stream comes piece by piece`() throws {
        try onLoop { role in
            let site = try Site(role, tls: .testServer()) { exchange in
                exchange.startStream(200, [:])
                for piece in ["one ", "two ", "three\n"] { try? await exchange.send(Array(piece.utf8)) }
                exchange.finish()
            }
            let url = try curlWords(site, []).last ?? ""
            let (text, exit) = try await curl(role, site, ["-w", "%{num_connects}\n", url, url])
            #expect(text == "one two three\n1\none two three\n0\none two three\n0\n")
            #expect(exit == .code(0))
            #expect(site.server.served == 3)
        }
    }

    @Test func `who does not trust the certificate is not served`() throws {
        try onLoop { role in
            let (site, faults) = try watchedSite(role)
            let url = try curlWords(site, []).last ?? ""
            let (_, exit) = try await Command(role, ["curl", "-sS", url]).finished()
            #expect(exit == .code(60))
            #expect(await faults.next(atMost: .seconds(2)) == .refusedByPeer(alert: "unknown CA"))
            #expect(site.server.served == 0)
            #expect(await site.server.emptied(within: .seconds(2)))
        }
    }

    @Test func `plain HTTP is told apart, and closed`() throws {
        try onLoop { role in
            let (site, faults) = try watchedSite(role)
            let client = try await site.connect()
            try await client.send(get())
            #expect(await faults.next(atMost: .seconds(2)) == .plainHTTP)
            #expect(await site.server.emptied(within: .seconds(2)))
        }
    }

    @Test func `a client that says nothing is sent away after the time of a head`() throws {
        try onLoop { role in
            let (site, faults) = try watchedSite(role)
            site.server.settings.headerTimeout = .milliseconds(50)
            let client = try await site.connect()
            #expect(await faults.next(atMost: .seconds(2)) == .timedOut)
            #expect(await client.isAtEnd())
            #expect(site.server.connectionCount == 0)
        }
    }

    @Test func `a client that goes during the handshake is told of, one that we close is not`() throws {
        try onLoop { role in
            let (site, faults) = try watchedSite(role)
            let client = try await site.connect()
            client.stream.close()
            #expect(await faults.next(atMost: .seconds(2)) == .cut)

            let other = try await site.connect()
            while site.server.connectionCount == 0 { await role.loop.yield() }
            site.server.closeAll()
            #expect(await other.isAtEnd())
            #expect(await site.server.emptied(within: .seconds(2)))
            #expect(faults.count == 0)
        }
    }

    @Test func `without a context nothing is changed`() throws {
        try onLoop { role in
            let site = try Site(role, handle: mirror)
            let client = try await site.connect()
            try await client.send(get("/a"))
            #expect(try await client.answer().text == "GET /a ")
        }
    }

    private func watchedSite(_ role: isolated TestRole) throws -> (Site, Mailbox<TLSFault>) {
        let site = try Site(role, tls: .testServer(), handle: mirror)
        let faults = Mailbox<TLSFault>(on: role.loop)
        site.server.onHandshakeFailure = { faults.post($0) }
        return (site, faults)
    }

    private func curl(
        _ role: isolated TestRole,
        _ site: Site,
        _ options: [String]
    ) async throws -> (text: String, exit: ProcessExit) {
        try await Command(role, curlWords(site, options)).finished()
    }

    private func curlWords(_ site: Site, _ options: [String]) throws -> [String] {
        let url = "\(site.address)".replacing(#/^.*(?=127)/#, with: "https://")
        return ["curl", "-sS", "--cacert", try Certificates.path("ca.pem")] + options + [url]
    }
}
