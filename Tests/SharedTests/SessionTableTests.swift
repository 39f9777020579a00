import Posix
import Testing

@testable import Shared

@Suite struct SessionTableTests {
    private static let policy = SessionPolicy(ttl: .seconds(300), limit: nil, maxIdle: .seconds(120))
    private static let now = 1_767_225_600_000

    /// Criterion 2 of the local provider.
    @Test func `ids begin with sess, and no two are the same`() {
        let ids = (0..<1000).map { _ in SessionTable.newID() }

        #expect(Set(ids).count == 1000)
        for id in ids {
            #expect(id.hasPrefix("sess-"))
            #expect(id.utf8.count == 48)
            #expect(id.utf8.dropFirst(5).allSatisfy { Self.isURLSafe($0) })
        }
    }

    /// Criteria 8 and 9.
    @Test func `a session has its members, and is shared by the requests of one principal and model`() throws
    {
        let table = try SessionTable(build: "1")
        let copy = try SessionTable(mapping: try Descriptor.duplicate(table.descriptor), build: "1")
        let (first, isNew) = try Self.use(table, "127.0.0.1", at: Self.now)
        let (second, isOther) = try Self.use(copy, "127.0.0.1", lease: 2, at: Self.now + 5000)

        #expect((isNew, isOther) == (true, false))
        #expect((first.principal, first.model, first.client) == ("127.0.0.1", "m", "127.0.0.1"))
        #expect((first.createdAt, first.usedAt, first.requests) == (Self.now, Self.now, 1))
        #expect(second.id == first.id)
        let found = try #require(table.sessions(Self.policy, at: Self.now + 5000).first)
        #expect((found.id, found.requests, found.usedAt) == (first.id, 2, Self.now + 5000))
        #expect(try Self.use(table, "127.0.0.1", model: "other", at: Self.now).session.id != first.id)
        #expect(try Self.use(table, "key ci", at: Self.now).session.id != first.id)
        #expect(table.count(Self.policy, at: Self.now) == 3)
    }

    /// Criteria 10 and 12: the time is from the creation on, however much it is used.
    @Test func `a session is over when its time is, and is followed by another`() throws {
        let table = try SessionTable(build: "1")
        let first = try Self.use(table, "a", at: Self.now).session
        #expect(try Self.use(table, "a", at: Self.now + 299_999).session.id == first.id)
        #expect(table.count(Self.policy, at: Self.now + 300_000) == 0)

        let second = try Self.use(table, "a", at: Self.now + 300_000)
        #expect(second.isNew)
        #expect(second.session.id != first.id)
        #expect(table.sweep(Self.policy, at: Self.now + 300_001).map(\.id).allSatisfy { $0 == first.id })
        #expect(table.sessions(Self.policy, at: Self.now + 300_001).map(\.id) == [second.session.id])
    }

    /// Criterion 11.
    @Test func `a third of two is refused`() throws {
        let table = try SessionTable(build: "1")
        let policy = SessionPolicy(ttl: .seconds(300), limit: 2, maxIdle: .seconds(120))
        _ = try Self.use(table, "a", policy, at: Self.now)
        _ = try Self.use(table, "b", policy, at: Self.now + 10_000)

        let refusal = try #require(throws: SessionRefusal.self) {
            try Self.use(table, "c", policy, at: Self.now + 20_000)
        }

        #expect(refusal == SessionRefusal(limit: 2, retryAfter: .seconds(280)))
        #expect(try Self.use(table, "a", policy, at: Self.now + 20_000).isNew == false)
        #expect(table.count(policy, at: Self.now + 20_000) == 2)
        #expect(try Self.use(table, "c", policy, at: Self.now + 300_000).isNew)
    }

    @Test func `the one that is idle for longest makes room, if it is idle for long enough`() throws {
        let table = try SessionTable(build: "1")
        let policy = SessionPolicy(ttl: .seconds(300), limit: 2, maxIdle: .seconds(120))
        let old = try Self.use(table, "old", policy, at: Self.now).session
        _ = try Self.use(table, "older", policy, at: Self.now - 1000)
        _ = try Self.use(table, "older", policy, at: Self.now + 60_000)

        _ = try Self.use(table, "new", policy, at: Self.now + 120_000)

        #expect(!table.sessions(policy, at: Self.now + 120_000).map(\.id).contains(old.id))
        #expect(throws: SessionRefusal.self) { try Self.use(table, "more", policy, at: Self.now + 120_001) }
    }

    @Test func `a session that is held is used without looking for it, until it ends`() throws {
        let table = try SessionTable(build: "1")
        let use = try table.use("a", model: "m", client: "c", Self.policy, lease: 1, at: Self.now)
        let hold = try #require(use.hold)

        #expect(table.use(hold, Self.policy, at: Self.now + 7))
        #expect(table.sessions(Self.policy, at: Self.now).map(\.requests) == [2])
        #expect(table.sessions(Self.policy, at: Self.now).map(\.usedAt) == [Self.now + 7])
        #expect(!table.use(hold, Self.policy, at: Self.now + 300_000))
        _ = table.end(Self.policy, at: Self.now) { _ in true }
        _ = try Self.use(table, "a", at: Self.now)
        #expect(!table.use(hold, Self.policy, at: Self.now))
    }

    @Test func `what is meant is ended`() throws {
        let table = try SessionTable(build: "1")
        let sessions = try ["a", "b", "c"].map { try Self.use(table, $0, at: Self.now).session }

        let ended = table.end(Self.policy, at: Self.now) { $0.principal == "b" }

        #expect(ended.map(\.id) == [sessions[1].id])
        #expect(try Self.use(table, "b", at: Self.now).session.id != sessions[1].id)
        #expect(table.end(Self.policy, at: Self.now) { _ in true }.count == 3)
        #expect(table.count(Self.policy, at: Self.now) == 0)
    }

    /// Criterion 33 asks for a hundred.
    @Test func `ten thousand sessions have room, and give it back`() throws {
        let table = try SessionTable(build: "1")
        let ids = try (0..<10_000).map { try Self.use(table, "p\($0)", at: Self.now).session.id }

        #expect(Set(ids).count == 10_000)
        #expect(table.count(Self.policy, at: Self.now) == 10_000)
        #expect(table.sweep(Self.policy, at: Self.now + 300_000).count == 10_000)
        #expect(table.count(Self.policy, at: Self.now) == 0)
    }

    @Test func `sessions of an earlier run are put back once, and those that have begun anew stay`() throws {
        let (before, table) = (try SessionTable(build: "1"), try SessionTable(build: "1"))
        let kept = try ["a", "b", "c"].map { try Self.use(before, $0, at: Self.now).session }
        let anew = try Self.use(table, "b", at: Self.now + 1000).session

        table.restore(kept, Self.policy, lease: 4, at: Self.now + 2000)
        table.restore([try Self.use(before, "d", at: Self.now).session], Self.policy, lease: 4, at: Self.now)

        let ids = Set(table.sessions(Self.policy, at: Self.now + 2000).map(\.id))
        #expect(ids == [kept[0].id, anew.id, kept[2].id])
        #expect(try Self.use(table, "a", at: Self.now + 3000).session.id == kept[0].id)
        let late = try SessionTable(build: "1")
        late.restore(kept, Self.policy, lease: 4, at: Self.now + 300_000)
        #expect(late.count(Self.policy, at: Self.now) == 0)
    }

    @Test func `many at once share one`() async throws {
        let table = try SessionTable(build: "1")
        let descriptor = table.descriptor
        let ids = try await withThrowingTaskGroup(of: Set<String>.self) { group in
            for lease in 1...4 {
                group.addTask {
                    let table = try SessionTable(mapping: try Descriptor.duplicate(descriptor), build: "1")
                    return try Set(
                        (0..<500).map {
                            try Self.use(table, "p\($0 / 5)", lease: lease, at: Self.now).session.id
                        }
                    )
                }
            }
            return try await group.reduce(into: Set()) { $0.formUnion($1) }
        }

        #expect(ids.count == 100)
        #expect(table.sessions(Self.policy, at: Self.now).map(\.requests).allSatisfy { $0 == 20 })
    }

    private static func use(
        _ table: SessionTable,
        _ principal: String,
        model: String = "m",
        _ policy: SessionPolicy = policy,
        lease: Int = 1,
        at now: Int
    ) throws(SessionRefusal) -> (session: Session, isNew: Bool) {
        let use = try table.use(principal, model: model, client: "127.0.0.1", policy, lease: lease, at: now)
        return (use.session, use.isNew)
    }

    private static func isURLSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        case _: false
        }
    }
}
