import COpenSSL
import Events
import LoopTesting
import TLSTesting
import Testing

@testable import TLS

@Suite struct ResumptionTests {
    @Test(arguments: [TLSVersion.v1_2, .v1_3])
    func `a second connection takes up the session of the first`(version: TLSVersion) throws {
        try onLoop { role in
            let client = try TLSContext.testClient(versions: version...version)
            let server = try TLSContext.testServer("rsa")
            #expect(try await connect(role, client, server) == [false, false])
            for _ in 0..<3 { #expect(try await connect(role, client, server) == [true, true]) }
            #expect(client.kept.count == 1)
        }
    }

    @Test func `a session is kept for one host and port`() throws {
        try onLoop { role in
            let (client, server) = (try TLSContext.testClient(), try TLSContext.testServer())
            _ = try await connect(role, client, server)
            #expect(try await connect(role, client, server, host: "127.0.0.1") == [false, false])
            #expect(try await connect(role, client, server, port: 8443) == [false, false])
            #expect(try await connect(role, client, server, host: "LOCALHOST.") == [true, true])
            #expect(client.kept.count == 3)
        }
    }

    @Test(arguments: [TLSVersion.v1_2, .v1_3])
    func `a server that does not know the session begins anew`(version: TLSVersion) throws {
        try onLoop { role in
            let client = try TLSContext.testClient(versions: version...version)
            _ = try await connect(role, client, .testServer())
            #expect(try await connect(role, client, .testServer()) == [false, false])
        }
    }

    @Test func `a session is forgotten when it leads to no handshake`() throws {
        try onLoop { role in
            let client = try TLSContext.testClient()
            _ = try await connect(role, client, .testServer())
            let (near, far) = try connectedStreams(on: role.loop)
            far.finishWriting()
            let fault = await handshake(near, try TLSSession(client, host: "localhost", port: 443))
            #expect(fault == .cut)
            #expect(client.kept.count == 0)
        }
    }

    @Test func `beyond the limit what was used longest ago is forgotten`() throws {
        let context = try TLSContext.testClient()
        let kept = KeptSessions(limit: 3)
        let servers = try (1...4).map { KeptSessions.Server(name: try PeerName("localhost"), port: $0) }
        let ssl = try #require(SSL_new(context.handle))
        defer { SSL_free(ssl) }
        for server in servers[..<3] { kept.keep(try #require(SSL_SESSION_new()), for: server) }
        kept.offer(servers[0], in: ssl)
        kept.keep(try #require(SSL_SESSION_new()), for: servers[3])

        #expect(kept.count == 3)
        SSL_set_session(ssl, nil)
        kept.offer(servers[1], in: ssl)
        #expect(SSL_get_session(ssl) == nil)
        kept.offer(servers[0], in: ssl)
        #expect(SSL_get_session(ssl) != nil)
    }

    /// Whether client and server resumed; one byte each way lets the tickets come.
    private func connect(
        _ role: isolated TestRole,
        _ client: TLSContext,
        _ server: TLSContext,
        host: String = "localhost",
        port: UInt16 = 443,
    ) async throws -> [Bool] {
        let pair = try await SecurePair(
            role,
            client: TLSSession(client, host: host, port: port),
            server: TLSSession(accepting: server)
        )
        try await pair.server.write([1])
        #expect(try await pair.client.take(1) == [1])
        let resumed = [pair.client, pair.server].compactMap { $0.tls?.isResumed }
        pair.client.close()
        pair.server.close()
        return resumed
    }
}
