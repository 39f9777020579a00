import Events
import LoopTesting
import Posix
import TLS
import TLSTesting
import Testing

@Suite struct SecureStreamTests {
    @Test(arguments: [TLSVersion.v1_2, .v1_3])
    func `a proper end is 0, again and again, and the other direction goes on`(version: TLSVersion) throws {
        try onLoop { role in
            let pair = try await SecurePair(role, versions: version...version)
            try await pair.server.write([1, 2])
            pair.server.finishWriting()
            let input = pair.client.makeInput()
            #expect(try await pair.client.read(into: input) == 2)
            for _ in 0..<3 { #expect(try await pair.client.read(into: input) == 0) }

            try await pair.client.write([3])
            #expect(try await pair.server.take(1) == [3])
            pair.client.finishWriting()
            #expect(try await pair.server.take(1).isEmpty)
        }
    }

    @Test(arguments: [TLSVersion.v1_2, .v1_3])
    func `a closed stream has ended properly`(version: TLSVersion) throws {
        try onLoop { role in
            let pair = try await SecurePair(role, versions: version...version)
            try await pair.server.write([1, 2])
            pair.server.close()
            pair.server.close()
            #expect(try await pair.client.take(3) == [1, 2])
            #expect(pair.server.tls == nil)
        }
    }

    @Test(arguments: [TLSVersion.v1_2, .v1_3])
    func `a bare end is a truncation, after what had come`(version: TLSVersion) throws {
        try onLoop { role in
            let pair = try await SecurePair(role, versions: version...version)
            try await pair.server.write([1, 2])
            Socket.finishSending(pair.server.number)
            let input = pair.client.makeInput()
            #expect(try await pair.client.read(into: input) == 2)
            for _ in 0..<3 {
                await #expect(throws: StreamError.truncated) { try await pair.client.read(into: input) }
            }
        }
    }

    @Test func `what was cut in the middle of a write does not end properly`() throws {
        try onLoop { role in
            let pair = try await SecurePair(role)
            #expect(try pair.server.writeNow([UInt8](repeating: 1, count: 4 << 20), from: 0) < 4 << 20)
            pair.server.close()
            await #expect(throws: StreamError.truncated) { try await pair.client.take(4 << 20) }
        }
    }

    @Test func `the end is told when there is room for it`() throws {
        try onLoop { role in
            let pair = try await SecurePair(role)
            let record = [UInt8](repeating: 1, count: 4096)
            var count = 0
            while try pair.server.writeNow(record, from: 0) == record.count { count += record.count }
            let received = Mailbox<Int?>(on: role.loop)
            role.start { received.post(try? await pair.client.take(.max).count) }
            try await pair.server.write(record)
            pair.server.finishWriting()
            #expect(await received.next(atMost: .seconds(5)) == count + record.count)
        }
    }

    @Test func `a queue writes past the room that there is`() throws {
        try onLoop { role in
            let pair = try await SecurePair(role)
            let queue = WriteQueue(pair.client, on: role.loop)
            for number in 0..<200 { queue.append([UInt8](repeating: UInt8(number), count: 9000)) }
            let bytes = try await pair.server.take(200 * 9000)
            await queue.flushed(within: .seconds(5))

            #expect(queue.isEmpty)
            #expect(bytes == (0..<200).flatMap { [UInt8](repeating: UInt8($0), count: 9000) })
        }
    }

    @Test func `what came with the end of the handshake waits for nobody`() throws {
        try onLoop { role in
            let (near, far) = try connectedStreams(on: role.loop)
            let answered = Mailbox<[UInt8]?>(on: role.loop)
            let server = try TLSSession(accepting: .testServer())
            role.start {
                guard await handshake(far, server) == nil else { return answered.post(nil) }
                answered.post(try? await far.take(5))
            }
            #expect(await handshake(near, try TLSSession(.testClient(), host: "::1", port: 443)) == nil)
            try await near.write(Array("hello".utf8))
            #expect(await answered.next(atMost: .seconds(2)) == Array("hello".utf8))
        }
    }

    @Test func `reads and writes end at the deadline`() throws {
        try onLoop { role in
            let pair = try await SecurePair(role)
            pair.client.setDeadline(after: .milliseconds(50))
            await #expect(throws: StreamError.timedOut) { try await pair.client.take(1) }
            pair.server.setDeadline(after: .milliseconds(50))
            await #expect(throws: StreamError.timedOut) {
                try await pair.server.write([UInt8](repeating: 1, count: 4 << 20))
            }
        }
    }

    @Test func `many small writes are read together`() throws {
        try onLoop { role in
            let pair = try await SecurePair(role)
            for number in 0..<50 { try await pair.server.write([UInt8(number)]) }
            let input = pair.client.makeInput()
            #expect(try await pair.client.read(into: input) == 50)
            #expect(Array(input.unread) == Array(0..<50))
        }
    }
}
