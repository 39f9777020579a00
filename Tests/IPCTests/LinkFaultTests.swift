import Events
import IPC
import LoopTesting
import Posix
import Testing

@Suite struct LinkFaultTests {
    @Test(arguments: MalformedFrameRow.all)
    func `a malformed frame is refused with what was expected`(row: MalformedFrameRow) throws {
        try onLoop { role in
            let (child, peer) = try childAndPeer(on: role.loop)
            role.start {
                await send(frame(row.payload), descriptors: row.descriptors, to: peer)
                peer.finishWriting()
            }

            switch row.expected {
            case .notAMessage(let reason):
                await #expect(throws: FrameError.notAMessage(reason)) { _ = try await child.receive() }
            case .descriptors(let count):
                await #expect(throws: FrameError.descriptors(expected: count)) {
                    _ = try await child.receive()
                }
            case .strayDescriptors:
                await #expect(throws: FrameError.self) { while try await child.receive() != nil {} }
            }
        }
    }

    @Test(arguments: [
        ([UInt8]([0, 0, 0, 0]), 0), ([0, 0, 0, 1, 0x7b], 1), ([0, 0x10, 0, 1], 1_048_577),
        ([0xff, 0xff, 0xff, 0xff], 4_294_967_295), ([0x47, 0x45, 0x54, 0x20], 1_195_725_856),
    ])
    func `a length that no frame has ends the link`(bytes: [UInt8], length: Int) throws {
        try onLoop { role in
            let (child, peer) = try childAndPeer(on: role.loop)
            try await peer.write(bytes)

            await #expect(throws: FrameError.length(length, limit: Frame.lifecycleLimit)) {
                _ = try await child.receive()
            }
        }
    }

    @Test func `the end between two messages is nil`() throws {
        try onLoop { role in
            let (child, peer) = try childAndPeer(on: role.loop)
            try await peer.write(frame("{\"start\":{}}"))
            peer.close()

            #expect(try await child.receive()?.message == .start)
            let end = try await child.receive()
            #expect(end == nil)
        }
    }

    @Test(arguments: [1, 3, 4, 5, 15])
    func `the end inside a message is an error`(count: Int) throws {
        try onLoop { role in
            let (child, peer) = try childAndPeer(on: role.loop)
            try await peer.write(Array(frame("{\"start\":{}}").prefix(count)))
            peer.close()

            await #expect(throws: FrameError.truncated) { _ = try await child.receive() }
        }
    }

    @Test func `a silent peer ends the wait at the deadline`() throws {
        try onLoop { role in
            let (child, peer) = try childAndPeer(on: role.loop)
            child.setDeadline(after: .milliseconds(20))
            await #expect(throws: StreamError.timedOut) { _ = try await child.receive() }
            child.setDeadline(after: nil)
            try await peer.write(frame("{\"start\":{}}"))

            #expect(try await child.receive()?.message == .start)
        }
    }

    @Test func `closing a link ends the wait of its reader`() throws {
        try onLoop { role in
            let (child, peer) = try childAndPeer(on: role.loop)
            role.start { child.close() }

            await #expect(throws: StreamError.closed) { _ = try await child.receive() }
            #expect(!child.isOpen)
            child.send(.drained)
            peer.close()
        }
    }

    @Test func `descriptors on the bytes of a frame that does not end do not pile up`() throws {
        try onLoop { role in
            let (child, peer) = try childAndPeer(on: role.loop)
            let (read, write) = try makePipe()
            role.start {
                for byte in frame("{\"commit\":{\"generation\":12345678}}").dropLast() {
                    await send([byte], as: write, times: 16, to: peer)
                    await Task.yield()
                }
            }
            child.setDeadline(after: .seconds(1))
            await #expect(throws: FrameError.descriptors(expected: 0)) { _ = try await child.receive() }
            peer.close()
            for number in [read, write] { _ = Descriptor(owning: number) }
        }
    }

    @Test func `descriptors of a link that closes with a full queue are closed`() throws {
        try onLoop { role in
            let (left, right) = try Socket.pair()
            let (read, write) = try makePipe()
            var supervisor: SupervisorLink? = try SupervisorLink(Descriptor(owning: left), on: role.loop)
            let flood = ChildCommand.configure(setup: MessageRows.longSetup)
            for _ in 0..<4 { supervisor?.send(flood) }
            supervisor?.send(.start, descriptors: [write])
            _ = Descriptor(owning: write)
            supervisor?.close()
            supervisor = nil

            var room: [UInt8] = [0]
            #expect(try Descriptor.read(read, filling: &room) == 0)
            for number in [read, right] { _ = Descriptor(owning: number) }
        }
    }

    @Test func `who waits for a full queue is told when the link closes`() throws {
        try onLoop { role in
            let (left, right) = try Socket.pair()
            let supervisor = try SupervisorLink(Descriptor(owning: left), on: role.loop)
            for _ in 0..<4 { supervisor.send(.configure(setup: MessageRows.longSetup)) }
            let flushed = Mailbox<Bool>(on: role.loop)
            role.start {
                await supervisor.flushed()
                flushed.post(true)
            }
            role.start { supervisor.close() }

            #expect(await flushed.next(atMost: .seconds(2)) == true)
            _ = Descriptor(owning: right)
        }
    }

    @Test func `who waits for a full queue is told when the peer closes`() throws {
        try onLoop { role in
            let (left, right) = try Socket.pair()
            let supervisor = try SupervisorLink(Descriptor(owning: left), on: role.loop)
            for _ in 0..<4 { supervisor.send(.configure(setup: MessageRows.longSetup)) }
            let flushed = Mailbox<Bool>(on: role.loop)
            role.start {
                await supervisor.flushed()
                flushed.post(true)
            }
            role.start { _ = Descriptor(owning: right) }

            #expect(await flushed.next(atMost: .seconds(2)) == true)
        }
    }
}

private func childAndPeer(on loop: EventLoop) throws -> (ChildLink, ByteStream) {
    let (left, right) = try Socket.pair()
    return (
        try ChildLink(Descriptor(owning: left), on: loop),
        try ByteStream(Descriptor(owning: right), .unixLifecycle, on: loop)
    )
}

/// Sends `bytes` with so many copies of the stream's own descriptor on the first.
private func send(_ bytes: [UInt8], descriptors: Int, to stream: ByteStream) async {
    await send(bytes, as: stream.number, times: descriptors, to: stream)
}

private func send(_ bytes: [UInt8], as number: CInt, times: Int, to stream: ByteStream) async {
    let sent = try? bytes.withUnsafeBytes { bytes throws(Errno) in
        try DescriptorPassing.send(stream.number, bytes, descriptors: [CInt](repeating: number, count: times))
    }
    try? await stream.write(Array(bytes.dropFirst(sent ?? 0)))
}
