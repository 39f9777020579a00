import Gateway
import Posix
import Testing

@testable import StoreProcess

@Suite struct UsageRetentionTests {
    let folder = TemporaryFolder()

    private func store(_ count: Int) throws -> UsageStore {
        let store = UsageStore(path: folder.database)
        for first in stride(from: 0, to: count, by: 5000) {
            let last = min(count, first + 5000)
            _ = try store.take(JournalFixture(requests: first..<last, segment: "s\(first)").batch)
        }
        return store
    }

    @Test func `old rows go, a thousand a call`() throws {
        let store = try store(20_000)
        let moment = JournalFixture.begin + 1000 * 2500
        for segment in try store.segments() { try store.forget(segment: segment.id) }

        #expect(try [1, 2, 3, 4].map { _ in try store.expire(before: moment) } == [1000, 1000, 500, 0])

        #expect(try store.usage(UsageQuery()).first?.requests == 17_500)
        #expect(try store.usage(UsageQuery(to: moment)).first?.requests == 0)
        let first = try #require(try store.records(after: 0, limit: 1).first)
        #expect(first.serial == 2501)
    }

    @Test(arguments: [50, 96])
    func `a file that is too large loses its oldest rows until it has room again, and shrinks`(percent: Int)
        throws
    {
        let store = try store(20_000)
        let before = try store.bytesInUse()
        let bound = before / 100 * percent
        var deleted: [Int] = []

        repeat { deleted.append(try store.shrink(to: bound)) } while deleted.last != 0

        #expect(deleted.allSatisfy { $0 <= 1000 })
        let used = try store.bytesInUse()
        #expect(used <= bound / 100 * 95 && used > bound / 100 * 80)
        let gone = deleted.reduce(0, +)
        #expect(try store.usage(UsageQuery()).first?.requests == 20_000 - gone)
        #expect(try store.usage(UsageQuery(to: JournalFixture.begin + 1000 * gone)).first?.requests == 0)
        #expect(try store.shrink(to: bound) == 0)
        while try store.reclaim() > 0 {}
        #expect(try store.checkpoint() == 0)
        #expect(try #require(FileSystem.size(folder.database)) <= bound)
    }

    @Test func `a file below its bound loses nothing`() throws {
        let store = try store(100)

        #expect(try store.shrink(to: try store.bytesInUse()) == 0)
    }

    @Test func `the names of forgotten segments go with their last row`() throws {
        let store = try store(10)
        _ = try store.take(JournalFixture(requests: 10..<11, segment: "s9").batch)
        try store.forget(segment: "s0")
        _ = try store.reclaim()
        #expect(try store.offset(of: "s0") == 2000)
        _ = try store.expire(before: Int.max)

        _ = try store.reclaim()

        #expect(try store.offset(of: "s0") == nil)
        #expect(try store.offset(of: "s9") == 200)
    }

    @Test func `a reader that stays pins the log, which is told, and empties when it is gone`() throws {
        let store = try store(100)
        let reader = try Database(folder.database)
        try reader.run("BEGIN")
        #expect(try reader.number("SELECT count(*) FROM usage") == 100)

        let sizes = try [1, 2].map { round in
            _ = try store.take(JournalFixture(requests: 0..<500, segment: "t\(round)").batch)
            return try store.checkpoint()
        }
        #expect(sizes[0] > 0 && sizes[1] > sizes[0])
        #expect(try reader.number("SELECT count(*) FROM usage") == 100)
        try reader.run("COMMIT")

        #expect(try store.checkpoint() == 0)
        #expect(try reader.number("SELECT count(*) FROM usage") == 1100)
    }
}
