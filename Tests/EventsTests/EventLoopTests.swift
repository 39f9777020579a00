import Events
import LoopTesting
import Posix
import Synchronization
import Testing

@Suite struct EventLoopTests {
    @Test func `an edge that comes while nobody waits is kept for the next wait`() throws {
        try onLoop { role in
            let (left, right) = try connectedStreams(on: role.loop)
            let input = right.makeInput()
            right.registration.mayRead = false
            _ = try left.writeNow(Array("late".utf8), from: 0)
            await role.loop.sleep(for: .milliseconds(5))

            let count = try await right.read(into: input)

            #expect(count == 4)
            #expect(input.takeAll() == Array("late".utf8))
        }
    }

    @Test func `data that comes together with the end is read, and then the end`() throws {
        try onLoop { role in
            let (left, right) = try connectedStreams(on: role.loop)
            let input = right.makeInput()
            _ = try left.writeNow(Array("last words".utf8), from: 0)
            left.close()
            await role.loop.sleep(for: .milliseconds(5))

            #expect(try await right.read(into: input) == 10)
            #expect(try await right.read(into: input) == 0)
        }
    }

    @Test func `an end that follows data already read is noticed`() throws {
        try onLoop { role in
            let (left, right) = try connectedStreams(on: role.loop)
            let input = right.makeInput()
            _ = try left.writeNow([1], from: 0)
            #expect(try await right.read(into: input) == 1)
            role.start { left.close() }

            #expect(try await right.read(into: input) == 0)
        }
    }

    @Test func `an event for a closed descriptor does not reach the next owner of its number`() throws {
        try onLoop { role in
            let (left, right) = try connectedStreams(on: role.loop)
            let number = right.number
            _ = try left.writeNow([1], from: 0)
            right.close()
            let (other, reused) = try connectedStreams(on: role.loop)
            #expect(other.number == number || reused.number == number)
            other.registration.mayRead = false
            reused.registration.mayRead = false
            await role.loop.sleep(for: .milliseconds(5))

            #expect(!other.registration.mayRead)
            #expect(!reused.registration.mayRead)
        }
    }

    @Test func `close resumes who waits to read and who waits to write`() throws {
        try onLoop { role in
            let (left, right) = try connectedStreams(on: role.loop)
            let ended = Mailbox<StreamError>(on: role.loop)
            role.start {
                do throws(StreamError) { _ = try await right.read(into: right.makeInput()) } catch {
                    ended.post(error)
                }
            }
            role.start {
                let flood = [UInt8](repeating: 7, count: 4 << 20)
                do throws(StreamError) { try await right.write(flood) } catch { ended.post(error) }
            }
            await role.loop.sleep(for: .milliseconds(5))
            right.close()

            #expect(await ended.next() == .closed)
            #expect(await ended.next() == .closed)
            left.close()
        }
    }

    @Test func `a deadline ends a wait and a new one begins afresh`() throws {
        try onLoop { role in
            let (left, right) = try connectedStreams(on: role.loop)
            let input = right.makeInput()
            right.setDeadline(after: .milliseconds(50))
            await #expect(throws: StreamError.timedOut) { try await right.read(into: input) }
            right.setDeadline(after: .seconds(10))
            _ = try left.writeNow([1, 2], from: 0)

            #expect(try await right.read(into: input) == 2)
        }
    }

    @Test func `a writer waits for room and everything arrives in order`() throws {
        try onLoop { role in
            let (left, right) = try connectedStreams(on: role.loop)
            let sent = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            role.start {
                try? await left.write(sent)
                left.close()
            }
            let input = right.makeInput()
            var received: [UInt8] = []
            while try await right.read(into: input) > 0 { received += input.takeAll() }

            #expect(received == sent)
        }
    }

    @Test func `under load no job comes from another thread`() throws {
        try onLoop { role in
            let done = Mailbox<Int>(on: role.loop)
            for _ in 0..<50 {
                let (left, right) = try connectedStreams(on: role.loop)
                role.start { await echo(right) }
                role.start { done.post(await exchange(left, rounds: 100)) }
            }
            var total = 0
            for _ in 0..<50 { total += await done.next() ?? 0 }

            #expect(total == 5_000)
            #expect(role.loop.foreignEnqueues == 0)
        }
    }

    // In a process of its own, since other tests keep the threads of the pool busy that such a task needs.
    @Test func `a task without the loop as its preference is slower but still correct`() async {
        await #expect(processExitsWith: .success) {
            try onLoop { role in
                let (left, right) = try connectedStreams(on: role.loop)
                role.start { await echo(right) }
                let rounds = await Task { [role] in await role.roundTrips(10) }.value
                let own = await exchange(left, rounds: 10)

                precondition(rounds == 10)
                precondition(own == 10)
                left.close()
            }
        }
    }

    @Test func `blocking work runs beside the loop and answers on it`() throws {
        try onLoop { role in
            let here = ThreadIdentity.current
            let elsewhere = try await role.loop.blocking { _ in ThreadIdentity.current != here }

            #expect(elsewhere)
            #expect(ThreadIdentity.current == here)
        }
    }

    @Test func `a listener gives every connection to who opened it, and takes the last ones as it leaves`()
        throws
    {
        try onLoop { role in
            let socket = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0))
            let address = try #require(Socket.localAddress(socket.number))
            let listener = Listener(socket, name: "test", on: role.loop)
            let accepted = Mailbox<CInt>(on: role.loop)
            try listener.open { accepted.post($0.release()) }
            let first = try Socket.connect(address)
            let taken = try #require(await accepted.next(atMost: .seconds(2)))
            let second = try Socket.connect(address)
            listener.leave()
            let last = try #require(accepted.take())

            #expect(!listener.isOpen)
            for number in [taken, last] { _ = Descriptor(owning: number) }
            _ = (first.number, second.number)
        }
    }
}

extension TestRole {
    fileprivate func roundTrips(_ rounds: Int) async -> Int {
        guard let (left, right) = try? connectedStreams(on: loop) else { return 0 }
        start { await echo(right) }
        defer { left.close() }
        return await exchange(left, rounds: rounds)
    }
}

private func echo(_ stream: ByteStream) async {
    let input = stream.makeInput()
    while let count = try? await stream.read(into: input), count > 0 {
        try? await stream.write(input.takeAll())
    }
}

private func exchange(_ stream: ByteStream, rounds: Int) async -> Int {
    let input = stream.makeInput()
    for round in 0..<rounds {
        try? await stream.write([UInt8(truncatingIfNeeded: round)])
        guard (try? await stream.read(into: input)) == 1,
            input.takeAll() == [UInt8(truncatingIfNeeded: round)]
        else {
            return round
        }
    }
    return rounds
}
