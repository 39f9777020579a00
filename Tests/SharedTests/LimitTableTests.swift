import Posix
import Testing

@testable import Shared

@Suite struct LimitTableTests {
    private static let start = Moment(nanoseconds: 1_000_000_000)

    /// Criterion 16.
    @Test func `one subject's exhaustion is not another's`() throws {
        let table = try LimitTable(build: "1", at: Self.start)
        let rules = LimitRules(requests: 2)
        let (one, other) = (table.subject("one"), table.subject("other"))
        for _ in 0..<2 { _ = try table.admit(one, rules, tokens: 0, lease: 1, at: Self.start) }

        #expect(throws: LimitRefusal.self) {
            try table.admit(one, rules, tokens: 0, lease: 1, at: Self.start)
        }
        #expect(throws: Never.self) { try table.admit(other, rules, tokens: 0, lease: 1, at: Self.start) }
    }

    @Test func `who maps the table counts with everybody`() throws {
        let table = try LimitTable(build: "1", at: Self.start)
        let copy = try LimitTable(mapping: try Descriptor.duplicate(table.descriptor), build: "1")
        let rules = LimitRules(requests: 1, concurrency: 2)
        let permit = try copy.admit(copy.subject("a"), rules, tokens: 9, lease: 2, at: Self.start)

        #expect(throws: LimitRefusal.self) {
            try table.admit(table.subject("a"), rules, tokens: 0, lease: 1, at: Self.start)
        }
        #expect(table.uses(at: Self.start).map(\.name) == ["a"])
        #expect(table.uses(at: Self.start).map(\.inFlight) == [1])
        copy.settle(permit, cost: 5, at: Self.start)
        let use = try #require(table.uses(at: Self.start).first)
        #expect((use.requests, use.tokens, use.inFlight, use.rules) == (1, 5, 0, rules))
        #expect(use.resetsAfter == .seconds(60))
    }

    @Test func `another build's table is refused`() throws {
        let table = try LimitTable(build: "1", at: Self.start)

        #expect(throws: SegmentFault.foreign) {
            try LimitTable(mapping: try Descriptor.duplicate(table.descriptor), build: "2")
        }
    }

    @Test func `requests in flight are limited, and the dead take theirs with them`() throws {
        let table = try LimitTable(build: "1", at: Self.start)
        let rules = LimitRules(concurrency: 3)
        let subject = table.subject("a")
        let kept = try table.admit(subject, rules, tokens: 0, lease: 1, at: Self.start)
        for _ in 0..<2 { _ = try table.admit(subject, rules, tokens: 0, lease: 2, at: Self.start) }

        let refusal = try #require(throws: LimitRefusal.self) {
            try table.admit(subject, rules, tokens: 0, lease: 3, at: Self.start)
        }
        #expect((refusal.unit, refusal.limit, refusal.used) == (.concurrency, 3, 3))
        table.clear(lease: 2)
        #expect(table.uses(at: Self.start).map(\.inFlight) == [1])
        _ = try table.admit(subject, rules, tokens: 0, lease: 3, at: Self.start)
        table.settle(kept, cost: 0, at: Self.start)
        #expect(table.uses(at: Self.start).map(\.inFlight) == [1])
    }

    @Test func `a request that is refused for one limit counts for none`() throws {
        let table = try LimitTable(build: "1", at: Self.start)
        let rules = LimitRules(requests: 5, tokens: 100, burst: 3, concurrency: 9)
        let subject = table.subject("a")
        for _ in 0..<20 { _ = try? table.admit(subject, rules, tokens: 101, lease: 1, at: Self.start) }

        let permit = try table.admit(subject, rules, tokens: 100, lease: 1, at: Self.start)

        #expect((permit.standing.requestsLeft, permit.standing.tokensLeft) == (2, 0))
        #expect(table.uses(at: Self.start).map(\.inFlight) == [1])
    }

    @Test func `slots that are spent are taken over, those in use are not`() throws {
        let table = try LimitTable(build: "1", at: Self.start)
        let rules = LimitRules(requests: 1)
        let held = try table.admit(table.subject("held"), rules, tokens: 0, lease: 1, at: Self.start)
        for number in 0..<20_000 {
            _ = try? table.admit(table.subject("\(number)"), rules, tokens: 0, lease: 2, at: Self.start)
        }
        table.clear(lease: 2)
        #expect(table.overflows > 0)

        let later = Self.start + .seconds(61)
        let before = table.overflows
        for number in 0..<200 {
            let permit = try table.admit(
                table.subject("later \(number)"),
                rules,
                tokens: 0,
                lease: 2,
                at: later
            )
            table.settle(permit, cost: 0, at: later)
        }

        #expect(table.overflows == before)
        #expect(table.uses(at: later).contains { $0.name == "held" && $0.inFlight == 1 })
        table.settle(held, cost: 0, at: later)
    }

    @Test func `those without a slot share one`() throws {
        let table = try LimitTable(build: "1", at: Self.start)
        let rules = LimitRules(requests: 3)
        var refused = 0
        for number in 0..<40_000
        where (try? table.admit(table.subject("\(number)"), rules, tokens: 0, lease: 1, at: Self.start))
            == nil
        {
            refused += 1
        }

        #expect(refused == table.overflows - 3)
        #expect(table.uses(at: Self.start).contains { $0.name == "everybody else" && $0.requests == 3 })
    }

    @Test func `sweeping frees what is spent and nothing else`() throws {
        let table = try LimitTable(build: "1", at: Self.start)
        let rules = LimitRules(requests: 1)
        _ = try table.admit(table.subject("held"), rules, tokens: 0, lease: 1, at: Self.start)
        let gone = try table.admit(table.subject("gone"), rules, tokens: 0, lease: 1, at: Self.start)
        table.settle(gone, cost: 0, at: Self.start)
        let later = Self.start + .seconds(61)
        _ = try table.admit(table.subject("new"), rules, tokens: 0, lease: 1, at: later)

        table.sweep(at: later)

        #expect(table.uses(at: later).map(\.name).sorted() == ["held", "new"])
        // A full turn of the clock later, nothing of it looks young again.
        table.clear(lease: 1)
        table.sweep(at: later + .seconds(61))
        #expect(table.uses(at: Self.start + .milliseconds(1 << 28)).isEmpty)
    }

    @Test func `a name that is too long is cut, and still its own`() throws {
        let table = try LimitTable(build: "1", at: Self.start)
        let name = String(repeating: "ä", count: 40)
        _ = try table.admit(
            table.subject(name + "1"),
            LimitRules(requests: 1),
            tokens: 0,
            lease: 1,
            at: Self.start
        )

        _ = try table.admit(
            table.subject(name + "2"),
            LimitRules(requests: 1),
            tokens: 0,
            lease: 1,
            at: Self.start
        )

        #expect(table.uses(at: Self.start).map(\.name) == Array(repeating: String(name.prefix(20)), count: 2))
    }

    @Test func `a request that came to nothing is taken back`() throws {
        let table = try LimitTable(build: "1", at: Self.start)
        let rules = LimitRules(requests: 1, tokens: 10, burst: 1, concurrency: 1)
        let subject = table.subject("a")
        for _ in 0..<5 {
            table.cancel(try table.admit(subject, rules, tokens: 10, lease: 1, at: Self.start))
        }

        #expect(table.uses(at: Self.start).map { [$0.requests, $0.tokens, $0.inFlight] } == [[0, 0, 0]])
    }

    @Test func `ten thousand parallel checks admit exactly the limit`() async throws {
        let table = try LimitTable(build: "1", at: Self.start)
        let rules = LimitRules(requests: 4321, tokens: 1_000_000, burst: 1_000_000)
        let descriptor = table.descriptor
        let admitted = try await withThrowingTaskGroup(of: Int.self) { group in
            for lease in 1...4 {
                group.addTask {
                    let table = try LimitTable(mapping: try Descriptor.duplicate(descriptor), build: "1")
                    let subject = table.subject("all")
                    return (0..<2500).count { _ in
                        (try? table.admit(subject, rules, tokens: 10, lease: lease, at: Self.start)) != nil
                    }
                }
            }
            return try await group.reduce(0, +)
        }

        #expect(admitted == 4321)
        #expect(table.uses(at: Self.start).map(\.tokens) == [43_210])
        #expect(table.uses(at: Self.start).map(\.inFlight) == [4321])
    }
}
