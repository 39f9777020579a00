import Events
import Glibc
import HTTP
import LoopTesting
import Posix
import Testing
import Transport

@Suite struct FairnessTests {
    @Test func `a client that never stops asking lets others be answered`() throws {
        try onLoop { role in
            let site = try Site(role) { $0.respond("x") }
            let address = site.address
            try role.loop.offload { _ in ask(address, during: .seconds(4)) }
            while site.server.served < 100 { await role.loop.sleep(for: .milliseconds(1)) }
            let start = Moment.now
            let client = try await site.connect()
            try await client.send(get())

            #expect(try await client.answer().text == "x")
            #expect(Moment.now - start < .seconds(1))
            site.server.closeAll()
        }
    }

    @Test func `a server without descriptors left waits for one, and does not spin`() async {
        await #expect(processExitsWith: .success) {
            try onLoop { role in
                let site = try Site(role, handle: mirror)
                var held: [CInt] = []
                var limit = rlimit()
                let first = try Socket.connect(site.address).release()
                while site.server.connectionCount == 0 { await role.loop.sleep(for: .milliseconds(1)) }
                let waiting = try Socket.connect(site.address).release()
                getrlimit(__rlimit_resource_t(7), &limit)
                limit.rlim_cur = 100
                setrlimit(__rlimit_resource_t(7), &limit)
                while case let copy = dup(first), copy != -1 { held.append(copy) }
                let turns = role.loop.turns
                await role.loop.sleep(for: .seconds(1))
                precondition(role.loop.turns - turns < 100, "the loop spins")
                for number in held { close(number) }
                let client = Client(try ByteStream(Descriptor(owning: waiting), .tcp, on: role.loop))
                client.stream.setDeadline(after: .seconds(5))
                try await client.send(get())
                let answer = try await client.answer()
                precondition(answer.status == 200)
            }
        }
    }

    @Test func `a deadline set on a closed stream does not keep the loop awake`() throws {
        try onLoop { role in
            let (left, right) = try Socket.pair()
            let stream = try ByteStream(Descriptor(owning: left), .unixData, on: role.loop)
            _ = Descriptor(owning: right)
            stream.close()
            stream.setDeadline(after: .seconds(60))
            let turns = role.loop.turns
            await role.loop.sleep(for: .milliseconds(1_500))

            #expect(role.loop.turns - turns < 4)
        }
    }
}

/// Asks as fast as it can and throws the answers away, on the helper thread.
private func ask(_ address: SocketAddress, during duration: Duration) {
    guard let socket = try? Socket.connect(address) else { return }
    let end = Moment.now + duration
    let requests = Array(String(repeating: get(), count: 2_000).utf8)
    var sent = 0
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while Moment.now < end {
        do throws(Errno) {
            let rest = requests.span
            sent += try rest.withUnsafeBytes { all throws(Errno) in
                try Socket.send(socket.number, UnsafeRawBufferPointer(rebasing: all[sent...])) ?? 0
            }
            if sent == requests.count { sent = 0 }
            while let count = try Descriptor.read(socket.number, filling: &room) { if count == 0 { return } }
        } catch {
            return
        }
    }
}
