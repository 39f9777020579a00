import Config
import Events
import IPC
import JSON
import LoopTesting
import Posix
import Testing

@Suite struct LinkTests {
    @Test(arguments: MessageRows.commands)
    func `every command arrives as it was sent, with descriptors that work`(
        row: (message: ChildCommand, descriptors: Int),
    ) throws {
        try onLoop { role in
            let (left, right) = try Socket.pair()
            let supervisor = try SupervisorLink(Descriptor(owning: left), on: role.loop)
            let child = try ChildLink(Descriptor(owning: right), on: role.loop)
            let pipes = try (0..<row.descriptors).map { _ in try makePipe() }
            supervisor.send(row.message, descriptors: pipes.map(\.write))
            for pipe in pipes { _ = Descriptor(owning: pipe.write) }
            let (message, descriptors) = try #require(try await child.receive())

            #expect(message == row.message)
            #expect(descriptors.count == row.descriptors)
            for (pipe, descriptor) in zip(pipes, descriptors) { try check(pipe.read, receives: descriptor) }
        }
    }

    @Test(arguments: MessageRows.reports)
    func `every report arrives as it was sent`(report: ChildReport) throws {
        try onLoop { role in
            let (left, right) = try Socket.pair()
            let supervisor = try SupervisorLink(Descriptor(owning: left), on: role.loop)
            let child = try ChildLink(Descriptor(owning: right), on: role.loop)
            child.send(report)

            #expect(try await supervisor.receive()?.message == report)
        }
    }

    @Test(arguments: MessageRows.requests)
    func `every control request arrives as it was sent`(request: ControlRequest) throws {
        try onLoop { role in
            let (left, right) = try Socket.pair()
            let server = try ControlServerLink(Descriptor(owning: left), on: role.loop)
            let client = try ControlClientLink(Descriptor(owning: right), on: role.loop)
            client.send(request)

            #expect(try await server.receive()?.message == request)
        }
    }

    @Test func `every control reply arrives as it was sent, in order`() throws {
        try onLoop { role in
            let (left, right) = try Socket.pair()
            let server = try ControlServerLink(Descriptor(owning: left), on: role.loop)
            let client = try ControlClientLink(Descriptor(owning: right), on: role.loop)
            for reply in MessageRows.replies { server.send(reply) }
            var received: [ControlReply] = []
            for _ in MessageRows.replies { received += try await client.receive().map { [$0.message] } ?? [] }

            #expect(received == MessageRows.replies)
        }
    }

    @Test func `a reply says nothing of what it has not`() throws {
        #expect(try spelled(ControlReply.line("x")) == "{\"line\":\"x\"}")
        #expect(try spelled(ControlReply.done()) == "{\"ok\":true,\"exit\":0}")
        #expect(
            try spelled(ControlReply.done(exit: .failure, error: "e"))
                == "{\"ok\":false,\"exit\":1,\"error\":\"e\"}"
        )
    }

    @Test func `a message that comes byte by byte is read as if whole`() throws {
        try onLoop { role in
            let (left, right) = try Socket.pair()
            let child = try ChildLink(Descriptor(owning: right), on: role.loop)
            let peer = try ByteStream(Descriptor(owning: left), .unixLifecycle, on: role.loop)
            role.start {
                for byte in frame("{\"commit\":{\"generation\":3}}") {
                    try? await peer.write([byte])
                    await Task.yield()
                }
            }

            #expect(try await child.receive()?.message == .commit(generation: 3))
        }
    }

    @Test func `descriptors stay with the message they came with`() throws {
        try onLoop { role in
            let (left, right) = try Socket.pair()
            let supervisor = try SupervisorLink(Descriptor(owning: left), on: role.loop)
            let child = try ChildLink(Descriptor(owning: right), on: role.loop)
            let pipes = try (0..<3).map { _ in try makePipe() }
            supervisor.send(.start)
            supervisor.send(.commit(generation: 1), descriptors: [pipes[0].write])
            supervisor.send(.start)
            supervisor.send(.commit(generation: 2), descriptors: [pipes[1].write, pipes[2].write])
            for pipe in pipes { _ = Descriptor(owning: pipe.write) }
            var received: [[CInt]] = []
            for _ in 0..<4 { received += try await child.receive().map { [$0.descriptors] } ?? [] }

            #expect(received.map(\.count) == [0, 1, 0, 2])
            for (pipe, descriptor) in zip(pipes, received.joined()) {
                try check(pipe.read, receives: descriptor)
            }
        }
    }

    @Test func `a message of just the limit passes, and one byte more does not`() throws {
        try onLoop { role in
            let (left, right) = try Socket.pair()
            let server = try ControlServerLink(Descriptor(owning: left), on: role.loop)
            let client = try ControlClientLink(Descriptor(owning: right), on: role.loop)
            let room = Frame.lifecycleLimit - Array("{\"command\":\"\",\"arguments\":[]}".utf8).count
            #expect(!client.send(ControlRequest(command: String(repeating: "x", count: room + 1))))
            #expect(client.send(ControlRequest(command: String(repeating: "x", count: room))))

            #expect(try await server.receive()?.message.command.utf8.count == room)
        }
    }

    @Test func `what is sent to a peer that does not read waits, and then all arrives`() throws {
        try onLoop { role in
            let (left, right) = try Socket.pair()
            let server = try ControlServerLink(Descriptor(owning: left), on: role.loop)
            let client = try ControlClientLink(Descriptor(owning: right), on: role.loop)
            let line = String(repeating: "x", count: 100_000)
            for _ in 0..<50 { server.send(.line(line)) }
            let backlog = server.backlog
            let flushed = Mailbox<Int>(on: role.loop)
            role.start {
                await server.flushed()
                flushed.post(server.backlog)
            }
            for _ in 0..<50 { #expect(try await client.receive()?.message.line == line) }

            #expect(backlog > 1 << 20)
            #expect(await flushed.next(atMost: .seconds(5)) == 0)
        }
    }

    private func spelled(_ message: some Encodable) throws -> String {
        String(decoding: try JSONMessageEncoder().encode(message), as: UTF8.self)
    }
}

/// A payload with its length before it.
func frame(_ payload: String) -> [UInt8] { Frame.framed(Array(payload.utf8)) }

/// Writes through `descriptor`, closes it, and finds both at the reading end.
private func check(_ reader: CInt, receives descriptor: CInt) throws {
    var room: [UInt8] = [0, 0]
    let sent = try [UInt8]("!".utf8).withUnsafeBytes { bytes throws(Errno) in
        try Descriptor.write(descriptor, bytes)
    }
    _ = Descriptor(owning: descriptor)
    #expect(sent == 1)
    #expect(try Descriptor.read(reader, filling: &room) == 1)
    #expect(try Descriptor.read(reader, filling: &room) == 0)
    _ = Descriptor(owning: reader)
}
