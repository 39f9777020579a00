import Events
import LoopTesting
import Posix
import Testing

@testable import Transport

@Suite struct NameCacheTests {
    private static let one = SocketAddress.ipv4([192, 0, 2, 1], port: 80)
    private static let two = SocketAddress.ipv4([192, 0, 2, 2], port: 80)

    /// A cache whose look-ups pass a gate and find `found`.
    private func cache(_ role: isolated TestRole, _ gate: Gate, found: [SocketAddress] = [one]) -> NameCache {
        NameCache(on: role.loop, spawn: { role.start($0) }) { _, _ in
            gate.wait()
            return found
        }
    }

    @Test(arguments: ["127.0.0.1", "192.0.2.7", "[::1]", "::1", "[2001:db8::1]"])
    func `an address needs no looking up`(host: String) throws {
        try onLoop { role in
            let gate = Gate()
            let addresses = await cache(role, gate).addresses(of: host, port: 8080)

            #expect(addresses == [SocketAddress(host: host, port: 8080)].compactMap { $0 })
            #expect(addresses.count == 1)
            #expect(gate.count == 0)
        }
    }

    @Test func `many who ask at once wait for one look-up`() throws {
        try onLoop { role in
            let (gate, answers) = (Gate(), Mailbox<[SocketAddress]>(on: role.loop))
            let names = cache(role, gate, found: [Self.one, Self.two])
            for _ in 0..<20 { role.start { answers.post(await names.addresses(of: "a.example", port: 80)) } }
            await role.loop.yield()
            await role.loop.yield()
            #expect(answers.count == 0)
            gate.open()
            for _ in 0..<20 { #expect(await answers.next(atMost: .seconds(5)) == [Self.one, Self.two]) }

            #expect(gate.count == 1)
        }
    }

    @Test func `what was found serves on, for this name and port`() throws {
        try onLoop { role in
            let gate = Gate()
            gate.open()
            let names = cache(role, gate)
            for _ in 0..<3 { #expect(await names.addresses(of: "a.example", port: 80) == [Self.one]) }
            #expect(gate.count == 1)
            _ = await names.addresses(of: "a.example", port: 81)
            #expect(gate.count == 2)
            _ = await names.addresses(of: "b.example", port: 80)
            #expect(gate.count == 3)
        }
    }

    @Test func `a name that nobody knows is looked up at every request`() throws {
        try onLoop { role in
            let gate = Gate()
            gate.open()
            let names = cache(role, gate, found: [])
            for count in 1...3 {
                #expect(await names.addresses(of: "a.example", port: 80) == [])
                #expect(gate.count == count)
            }
        }
    }

    @Test func `what is forgotten is looked up again`() throws {
        try onLoop { role in
            let gate = Gate()
            gate.open()
            let names = cache(role, gate)
            _ = await names.addresses(of: "a.example", port: 80)
            _ = await names.addresses(of: "b.example", port: 80)
            names.forget("a.example", port: 80)
            names.forget("c.example", port: 80)
            #expect(await names.addresses(of: "a.example", port: 80) == [Self.one])
            _ = await names.addresses(of: "b.example", port: 80)

            #expect(gate.count == 3)
        }
    }

    @Test func `the machine's own name is found by what the machine has for that`() throws {
        try onLoop { role in
            let names = NameCache(on: role.loop, spawn: { role.start($0) })
            let addresses = await names.addresses(of: "localhost", port: 7)

            #expect(!addresses.isEmpty)
            #expect(addresses.allSatisfy { $0.isLoopback })
        }
    }

    private static func four(_ last: UInt8) -> SocketAddress { .ipv4([192, 0, 2, last], port: 80) }
    private static func six(_ last: UInt8) -> SocketAddress {
        .ipv6([0x20, 0x01] + [UInt8](repeating: 0, count: 13) + [last], port: 80)
    }

    @Test(
        arguments: [
            ([], []), ([four(1)], [four(1)]), ([four(1), four(2)], [four(1), four(2)]),
            ([six(1), six(2), four(1), four(2)], [six(1), four(1), six(2), four(2)]),
            ([four(1), four(2), six(1)], [four(1), six(1), four(2)]),
            ([six(1), four(1), four(2), four(3)], [six(1), four(1), four(2), four(3)]),
            ([four(1), six(1), six(2), six(3)], [four(1), six(1), six(2), six(3)]),
        ] as [([SocketAddress], [SocketAddress])]
    )
    func `the families take turns, and the first begins`(found: [SocketAddress], tried: [SocketAddress])
        throws
    {
        #expect(NameCache.interleaved(found) == tried)
        try onLoop { role in
            let gate = Gate()
            gate.open()
            #expect(await cache(role, gate, found: found).addresses(of: "a.example", port: 80) == tried)
        }
    }
}
