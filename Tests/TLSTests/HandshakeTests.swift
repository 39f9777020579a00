import Events
import LoopTesting
import Posix
import TLS
import TLSTesting
import Testing

@Suite struct HandshakeTests {
    @Test func `sides without a version in common both say so`() throws {
        try onLoop { role in
            for (client, server) in [(TLSVersion.v1_2, TLSVersion.v1_3), (.v1_3, .v1_2)] {
                let pair = try await SecurePair(
                    role,
                    client: TLSSession(.testClient(versions: client...client), host: "localhost", port: 1),
                    server: TLSSession(accepting: .testServer(versions: server...server))
                )
                #expect(pair.clientFault == .noSharedVersion)
                #expect(pair.serverFault == .noSharedVersion)
            }
        }
    }

    @Test(arguments: [
        (["h2", "http/1.1"], ["http/1.1"], "http/1.1"),
        (["a", "b"], ["b", "a"], "b"),
        ([], ["http/1.1"], nil),
        (["h2"], [], nil),
    ])
    func `the server's best protocol that the client offers is spoken`(
        client: [String],
        server: [String],
        agreed: String?
    ) throws {
        try onLoop { role in
            let pair = try await SecurePair(
                role,
                client: TLSSession(.testClient(protocols: client), host: "localhost", port: 1),
                server: TLSSession(accepting: .testServer(protocols: server))
            )
            #expect(pair.clientFault == nil)
            #expect(pair.client.tls?.applicationProtocol == agreed)
            #expect(pair.server.tls?.applicationProtocol == agreed)
            #expect(pair.server.tls?.version == "TLSv1.3")
        }
    }

    @Test func `sides without a protocol in common both say so`() throws {
        try onLoop { role in
            let pair = try await SecurePair(
                role,
                client: TLSSession(.testClient(protocols: ["h2"]), host: "localhost", port: 1),
                server: TLSSession(accepting: .testServer(protocols: ["http/1.1"]))
            )
            #expect(pair.clientFault == .noSharedProtocol)
            #expect(pair.serverFault == .noSharedProtocol)
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", TLSFault.plainHTTP),
        ("POST /v1/chat/completions HTTP/1.1\r\n\r\n", .plainHTTP),
        ("CONNECT x:443 HTTP/1.1\r\n\r\n", .plainHTTP),
        ("SSH-2.0-OpenSSH_9.2\r\n", .notTLS),
        ("DELETE /a HTTP/1.1\r\n\r\n", .notTLS),
        ("", .cut),
        ("\u{16}\u{3}\u{1}", .cut),
    ])
    func `a server says what else than TLS it was sent`(text: String, fault: TLSFault) throws {
        try onLoop { role in
            let (client, server) = try connectedStreams(on: role.loop)
            try await client.write(Array(text.utf8))
            client.finishWriting()
            #expect(await handshake(server, try TLSSession(accepting: .testServer())) == fault)
            #expect(!server.isOpen)
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", TLSFault.notTLS),
        ("220 mail.example.test ESMTP\r\n", .notTLS),
        ("", .cut),
    ])
    func `a client says what else than TLS answers`(text: String, fault: TLSFault) throws {
        try onLoop { role in
            let (client, server) = try connectedStreams(on: role.loop)
            try await server.write(Array(text.utf8))
            server.finishWriting()
            let session = try TLSSession(.testClient(), host: "localhost", port: 443)
            #expect(await handshake(client, session) == fault)
            #expect(!client.isOpen)
        }
    }

    @Test func `a handshake ends at the deadline`() throws {
        try onLoop { role in
            let (client, server) = try connectedStreams(on: role.loop)
            server.setDeadline(after: .milliseconds(50))
            #expect(await handshake(server, try TLSSession(accepting: .testServer())) == .timedOut)
            #expect(try await client.take(1).isEmpty)
        }
    }

    @Test func `a stream that is closed meanwhile ends its handshake`() throws {
        try onLoop { role in
            let (client, server) = try connectedStreams(on: role.loop)
            let ended = Mailbox<TLSFault?>(on: role.loop)
            let session = try TLSSession(accepting: .testServer())
            role.start { ended.post(await handshake(server, session)) }
            await role.loop.sleep(for: .milliseconds(20))
            server.close()
            #expect(await ended.next(atMost: .seconds(2)) == .some(.closed))
            client.close()
        }
    }

    @Test func `every flight may come byte by byte`() throws {
        try onLoop { role in
            for certificate in ["rsa", "ecdsa", "chain"] {
                let pair = try await SecurePair(
                    role,
                    client: TLSSession(.testClient(), host: "localhost", port: 443),
                    server: TLSSession(accepting: .testServer(certificate)),
                    by: Relay(role, isBytewise: true)
                )
                #expect(pair.clientFault == nil)
                #expect(pair.serverFault == nil)
            }
        }
    }

    @Test(arguments: [TLSVersion.v1_2, .v1_3])
    func `changed bytes are noticed`(version: TLSVersion) throws {
        try onLoop { role in
            let relay = try Relay(role)
            let pair = try await SecurePair(role, versions: version...version, by: relay)
            await role.loop.sleep(for: .milliseconds(20))
            relay.corrupts = true
            try await pair.server.write([UInt8](repeating: 7, count: 100))
            let fault = try #require(
                await #expect(throws: StreamError.self) { try await pair.client.take(100) }
            )
            #expect(fault.description.contains("decryption failed or bad record mac"))
            await #expect(throws: fault) { try await pair.client.take(1) }
            await #expect(throws: fault) { try await pair.client.write([1]) }
        }
    }
}
