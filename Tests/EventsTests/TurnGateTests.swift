import Events
import LoopTesting
import Posix
import TLS
import TLSTesting
import Testing

@Suite struct TurnGateTests {
    @Test func `four go through in a turn, in the order they came, and nobody waits for long`() throws {
        try onLoop { role in
            let gate = role.loop.handshakes
            let passed = Mailbox<(number: Int, turn: UInt64)>(on: role.loop)
            for number in 0..<23 {
                role.start {
                    await gate.enter()
                    passed.post((number, role.loop.turns))
                }
            }
            var turns: [UInt64: Int] = [:]
            for number in 0..<23 {
                let next = try #require(await passed.next(atMost: .seconds(2)))
                #expect(next.number == number)
                turns[next.turn, default: 0] += 1
            }

            #expect(turns.values.max() == 4)
            #expect(turns.count == 6)
        }
    }

    @Test func `a pass that was given back is another's`() throws {
        try onLoop { role in
            let gate = role.loop.handshakes
            await role.loop.yield()
            let turn = role.loop.turns
            for _ in 0..<10 {
                await gate.enter()
                gate.giveBack()
            }
            #expect(role.loop.turns == turn)
            #expect(gate.total == 0)
        }
    }

    @Test
    func `a hundred handshakes at once take at most four steps a turn, and others are not kept waiting`()
        throws
    {
        try onLoop { role in
            let (client, server) = (try TLSContext.testClient(), try TLSContext.testServer("rsa"))
            let gate = role.loop.handshakes
            let done = Mailbox<Bool>(on: role.loop)
            var most: UInt64 = 0
            var total: UInt64 = 0
            role.loop.atEndOfTurn = {
                most = max(most, gate.total - total)
                total = gate.total
            }
            for port in 1...100 {
                let session = try TLSSession(client, host: "localhost", port: UInt16(port))
                let accepting = try TLSSession(accepting: server)
                role.start {
                    let pair = try? await SecurePair(role, client: session, server: accepting)
                    done.post(pair?.clientFault == nil && pair?.serverFault == nil)
                }
            }
            var (ticks, longest) = (0, Duration.zero)
            while done.count < 100 {
                let start = Moment.now
                await role.loop.yield()
                longest = max(longest, Moment.now - start)
                ticks += 1
            }
            role.loop.atEndOfTurn = nil

            while let isDone = done.take() { #expect(isDone) }
            #expect(most == 4)
            #expect(total >= 300)
            #expect(ticks >= 75)
            #expect(longest < .milliseconds(500))
        }
    }
}
