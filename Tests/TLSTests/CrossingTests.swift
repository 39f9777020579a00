import COpenSSL
import Events
import LoopTesting
import Posix
import TLSTesting
import Testing

@testable import TLS

@Suite(.serialized) struct CrossingTests {
    @Test(arguments: [TLSVersion.v1_2, .v1_3])
    func `all bytes arrive when each comes by itself`(version: TLSVersion) throws {
        try onLoop { role in
            let relay = try Relay(role, isBytewise: true)
            let pair = try await SecurePair(role, versions: version...version, by: relay)
            for (from, to) in [(pair.client, pair.server), (pair.server, pair.client)] {
                for text in ["one", "two, which is longer", String(repeating: "three", count: 500)] {
                    try await from.write(Array(text.utf8))
                    #expect(try await to.take(text.utf8.count) == Array(text.utf8))
                }
            }
            try updateKeys(of: pair.client)
            try await pair.client.write([1, 2])
            #expect(try await pair.server.take(2) == [1, 2])
            try await pair.server.write([3, 4])
            #expect(try await pair.client.take(2) == [3, 4])
        }
    }

    @Test(arguments: [(TLSVersion.v1_2, 0, false), (.v1_3, 40, false), (.v1_2, 0, true), (.v1_3, 40, true)])
    func `eight megabytes go both ways at once, past slow readers and changes of keys`(
        version: TLSVersion,
        changes: Int,
        isTCP: Bool
    ) throws {
        try onLoop { role in
            let pair = try await SecurePair(role, versions: version...version, isTCP: isTCP)
            let bytes = (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
            let written = Mailbox<StreamError?>(on: role.loop)
            let read = Mailbox<Bool>(on: role.loop)
            for stream in [pair.client, pair.server] {
                role.start {
                    written.post(await failure { () throws(StreamError) in try await stream.write(bytes) })
                }
                role.start { read.post(await slowRead(stream, role.loop, changes: changes) == bytes) }
            }

            for _ in 0..<2 { #expect(await written.next(atMost: .seconds(20)) == .some(nil)) }
            for _ in 0..<2 { #expect(await read.next(atMost: .seconds(20)) == true) }
        }
    }

    @Test func `a change of keys is answered although a write is half done`() throws {
        try onLoop { role in
            let pair = try await SecurePair(role, versions: .v1_3 ... .v1_3)
            let bytes = [UInt8](repeating: 7, count: 4 << 20)
            let written = Mailbox<StreamError?>(on: role.loop)
            role.start {
                written.post(await failure { () throws(StreamError) in try await pair.client.write(bytes) })
            }
            await role.loop.sleep(for: .milliseconds(50))
            #expect(written.count == 0)
            for round in 1...3 {
                #expect(try updateKeys(of: pair.server))
                try await pair.server.write([UInt8(round)])
                #expect(try await pair.client.take(1) == [UInt8(round)])
            }

            #expect(try await pair.server.take(bytes.count) == bytes)
            #expect(await written.next(atMost: .seconds(5)) == .some(nil))
            try await pair.client.write([9])
            #expect(try await pair.server.take(1) == [9])
        }
    }

    @Test(arguments: [false, true])
    func `a read waits for room when its answers find none`(isTCP: Bool) throws {
        try onLoop { role in
            let pair = try await SecurePair(role, versions: .v1_3 ... .v1_3, isTCP: isTCP)
            let (changes, bytes) = (12_000, [UInt8](repeating: 7, count: 8 << 20))
            let written = Mailbox<StreamError?>(on: role.loop)
            let read = Mailbox<StreamError?>(on: role.loop)
            role.start {
                written.post(await failure { () throws(StreamError) in try await pair.client.write(bytes) })
            }
            role.start {
                read.post(await failure { () throws(StreamError) in _ = try await pair.client.take(changes) })
            }
            let asked = Mailbox<Bool>(on: role.loop)
            role.start {
                for _ in 0..<changes {
                    _ = try? updateKeys(of: pair.server)
                    try? await pair.server.write([1])
                }
                asked.post(true)
            }
            let early = await read.next(atMost: .milliseconds(500))
            #expect(early == nil)
            #expect(pair.client.registration.mayRead == false)

            #expect(try await pair.server.take(bytes.count) == bytes)
            #expect(await asked.next(atMost: .seconds(5)) == true)
            #expect(await read.next(atMost: .seconds(5)) == .some(nil))
            #expect(await written.next(atMost: .seconds(5)) == .some(nil))
        }
    }

    @Test func `a write waits for the rest of a message that a read has begun`() throws {
        try onLoop { role in
            let relay = try Relay(role)
            let server = try TLSContext.testServer()
            // The smallest records, and a ticket that takes two (SSL_CTX_set_max_send_fragment).
            SSL_CTX_ctrl(server.handle, SSL_CTRL_SET_MAX_SEND_FRAGMENT, 512, nil)
            let enlarge: SSL_CTX_generate_session_ticket_fn = { ssl, _ in
                SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), [UInt8](repeating: 7, count: 400), 400)
            }
            SSL_CTX_set_session_ticket_cb(server.handle, enlarge, nil, nil)
            let pair = try await SecurePair(
                role,
                client: TLSSession(.testClient(versions: .v1_3 ... .v1_3), host: "localhost", port: 443),
                server: TLSSession(accepting: server),
                by: relay
            ) {
                relay.allowance = 540
            }
            let (client, input) = (pair.client, pair.client.makeInput())
            await role.loop.sleep(for: .milliseconds(50))
            #expect(try client.readNow(into: input) == nil)
            #expect(try client.writeNow([1], from: 0) == 0)

            let written = Mailbox<StreamError?>(on: role.loop)
            let read = Mailbox<[UInt8]?>(on: role.loop)
            role.start {
                written.post(await failure { () throws(StreamError) in try await client.write([1, 2, 3]) })
            }
            role.start { read.post(try? await client.take(3)) }
            try await pair.server.write([4, 5, 6])
            await role.loop.sleep(for: .milliseconds(50))
            #expect((written.count, read.count) == (0, 0))

            relay.allowance = nil
            #expect(await written.next(atMost: .seconds(5)) == .some(nil))
            #expect(await read.next(atMost: .seconds(5)) == [4, 5, 6])
            #expect(try await pair.server.take(3) == [1, 2, 3])
        }
    }
}

/// Reads eight megabytes with pauses, and asks for other keys now and then.
private func slowRead(_ stream: ByteStream, _ loop: EventLoop, changes: Int) async -> [UInt8] {
    var bytes: [UInt8] = []
    let input = stream.makeInput()
    var pieces = 0
    while bytes.count < 8 << 20, let count = try? await stream.read(into: input), count > 0 {
        bytes += input.unread
        input.consume(input.count)
        pieces += 1
        if pieces % 8 == 0 { await loop.yield() }
        if pieces % 100 == 0 { await loop.sleep(for: .milliseconds(1)) }
        if changes > 0, pieces % (500 / changes) == 0 { _ = try? updateKeys(of: stream) }
    }
    return bytes
}

/// Asks for other keys in both directions with the next write, if none is half done (RFC 8446 §4.6.3).
@discardableResult
private func updateKeys(of stream: ByteStream) throws -> Bool {
    let session = try #require(stream.tls)
    ERR_clear_error()
    return SSL_key_update(session.ssl, SSL_KEY_UPDATE_REQUESTED) == 1
}

private func failure(_ body: () async throws(StreamError) -> Void) async -> StreamError? {
    do throws(StreamError) {
        try await body()
        return nil
    } catch {
        return error
    }
}
