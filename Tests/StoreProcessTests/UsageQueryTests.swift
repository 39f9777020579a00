import Gateway
import Testing

@testable import StoreProcess

@Suite struct UsageQueryTests {
    let folder = TemporaryFolder()

    /// Twelve requests, one every six hours from the first of January on.
    private func store() throws -> UsageStore {
        let store = UsageStore(path: folder.database)
        var journal = JournalFixture()
        for number in 0..<12 { journal.append(Self.record(number)) }
        _ = try store.take(journal.batch)
        return store
    }

    private static func record(_ number: Int) -> UsageRecord {
        let outcomes = UsageRecord.Outcome.allCases
        var record = JournalFixture.record("r\(number)", at: number * 21_600).closed(outcomes[number % 4])
        record.key = ["a", "b", nil][number % 3]
        record.model = number < 6 ? "m" : "n"
        (record.promptTokens, record.completionTokens) = (1, number)
        (record.cachedTokens, record.toolTokens, record.isEstimated) = (2, 3, number < 5)
        return record
    }

    @Test func `one sum of all`() throws {
        let sum = try #require(try store().usage(UsageQuery()).first)

        #expect((sum.requests, sum.promptTokens, sum.completionTokens) == (12, 12, 66))
        #expect((sum.cachedTokens, sum.toolTokens, sum.estimated) == (24, 36, 5))
        #expect((sum.failed, sum.aborted, sum.lost) == (3, 3, 3))
        #expect(sum.labels.isEmpty)
    }

    @Test(
        arguments: [
            ([UsageQuery.Group.key], [[nil], ["a"], ["b"]], [4, 4, 4]),
            ([.model], [["m"], ["n"]], [6, 6]),
            ([.day], [["2026-01-01"], ["2026-01-02"], ["2026-01-03"]], [4, 4, 4]),
            (
                [.day, .model],
                [["2026-01-01", "m"], ["2026-01-02", "m"], ["2026-01-02", "n"], ["2026-01-03", "n"]],
                [4, 2, 2, 4]
            ),
        ] as [([UsageQuery.Group], [[String?]], [Int])]
    )
    func `sums by groups, ordered by them`(groups: [UsageQuery.Group], labels: [[String?]], requests: [Int])
        throws
    {
        let sums = try store().usage(UsageQuery(by: groups))

        #expect(sums.map(\.labels) == labels)
        #expect(sums.map(\.requests) == requests)
    }

    @Test(arguments: [
        (UsageQuery(from: JournalFixture.begin + 21_600_000), 11),
        (UsageQuery(to: JournalFixture.begin + 21_600_000), 1),
        (UsageQuery(from: JournalFixture.begin + 21_600_000, to: JournalFixture.begin + 3 * 21_600_000), 2),
        (UsageQuery(key: "a"), 4), (UsageQuery(model: "n"), 6), (UsageQuery(key: "a", model: "n"), 2),
        (UsageQuery(key: "none"), 0),
    ])
    func `only what was asked for is summed`(query: UsageQuery, requests: Int) throws {
        #expect(try store().usage(query).first?.requests == requests)
    }

    @Test(arguments: ["x' OR 1=1 --", "\"; DROP TABLE usage; --", "%", "a\u{0}b", "", "?1"])
    func `a name is a value and never SQL`(name: String) throws {
        let store = try store()
        var journal = JournalFixture(segment: "s2")
        var record = JournalFixture.record("x").closed(.completed)
        (record.key, record.model) = (name, name)
        journal.append(record)
        _ = try store.take(journal.batch)

        #expect(try store.usage(UsageQuery(by: [.key], key: name)).map(\.labels) == [[name]])
        #expect(try store.usage(UsageQuery(by: [.key], key: name)).map(\.requests) == [1])
        #expect(try store.usage(UsageQuery(model: name)).map(\.requests) == [1])
        #expect(try store.usage(UsageQuery()).map(\.requests) == [13])
    }

    @Test func `sums beyond 64 bits are no fault`() throws {
        let store = UsageStore(path: folder.database)
        var journal = JournalFixture()
        for number in 0..<1100 {
            var record = JournalFixture.record("r\(number)").closed(.completed)
            record.promptTokens = 1 << 53
            journal.append(record)
        }
        _ = try store.take(journal.batch)

        #expect(try store.usage(UsageQuery()).first?.promptTokens == Int.max)
    }
}
