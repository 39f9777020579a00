import Gateway
import Testing

@testable import StoreProcess

@Suite struct UsageImportTests {
    let folder = TemporaryFolder()

    /// Three requests over, one under way when the writer dies, two segments.
    static let entries = {
        var first = JournalFixture()
        for id in ["a", "b", "c"] { first.open(id) }
        first.close("b", .failed)
        var second = JournalFixture(segment: "s2")
        second.close("a")
        second.open("d")
        second.close("d", .aborted)
        return first.entries + second.entries
    }()

    @Test func `a request becomes one row with the values of its closed record`() throws {
        let store = UsageStore(path: folder.database)
        var journal = JournalFixture()
        journal.open("a")
        var closed = JournalFixture.record("a").closed(.completed)
        (closed.firstMicroseconds, closed.finish, closed.key) = (5, "stop", nil)
        closed.unknown = [.init(name: "region", value: Array("{\"a\":[1]}".utf8))]
        journal.append(closed)

        let receipt = try store.take(journal.batch)

        let row = try #require(receipt.rows.first)
        #expect(receipt.rows.count == 1 && receipt.bad.isEmpty)
        #expect(row.record == closed)
        let line = try #require(try store.records(after: 0, limit: 10).first)
        #expect(line.serial == row.serial)
        #expect(try UsageRow(parsing: line.bytes).record == closed)
        #expect(try store.offset(of: "s1") == 200)
        #expect(try store.writersUnderWay().isEmpty)
    }

    @Test(arguments: 0...entries.count)
    func `every split of the journal gives the same rows once`(place: Int) throws {
        let store = UsageStore(path: folder.database)
        let parts = [Array(Self.entries.prefix(place)), Array(Self.entries.dropFirst(place))]

        var rows = try parts.flatMap { try store.take(JournalBatch(entries: $0)).rows }
        rows += try store.take(JournalBatch(entries: parts[0])).rows
        rows += try store.take(JournalBatch(entries: Self.entries, ended: ["w1"])).rows
        let again = try store.take(JournalBatch(entries: Self.entries, ended: ["w1"]))

        #expect(rows.map { $0.record.id }.sorted() == ["a", "b", "c", "d"])
        #expect(rows.first { $0.record.id == "c" }?.record.outcome == .lost)
        #expect(rows.map(\.serial) == rows.map(\.serial).sorted())
        #expect(again == JournalReceipt())
        let sum = try #require(try store.usage(UsageQuery()).first)
        #expect((sum.requests, sum.failed, sum.aborted, sum.lost, sum.estimated) == (4, 1, 1, 1, 1))
        #expect(try store.writersUnderWay().isEmpty)
        #expect(try store.segments().map(\.offset) == [400, 300])
    }

    @Test(arguments: 0...entries.count)
    func `a batch that was not committed when the process died is taken anew`(place: Int) throws {
        try UsageStore(path: folder.database).check()
        do {
            let dying = try Database(folder.database)
            try dying.run("BEGIN IMMEDIATE")
            var taking = try UsageImport(into: dying)
            try taking.take(JournalBatch(entries: Array(Self.entries.prefix(place))))
        }

        let store = UsageStore(path: folder.database)
        let receipt = try store.take(JournalBatch(entries: Self.entries, ended: ["w1"]))

        #expect(receipt.rows.map { $0.record.id }.sorted() == ["a", "b", "c", "d"])
        #expect(try store.usage(UsageQuery()).first?.requests == 4)
    }

    @Test func `only the ended writer's requests are lost, with what was reserved`() throws {
        let store = UsageStore(path: folder.database)
        var one = JournalFixture()
        one.open("a", at: 6)
        var other = JournalFixture(writer: "w2", segment: "s2")
        other.open("a", at: 6)
        _ = try store.take(JournalBatch(entries: one.entries + other.entries))

        let receipt = try store.take(JournalBatch(entries: [], ended: ["w1", "w9"]))

        var expected = JournalFixture.record("a", at: 6).closed(.lost)
        expected.isEstimated = true
        #expect(receipt.rows.map(\.record) == [expected])
        #expect(try store.writersUnderWay() == ["w2"])
        other.close("a", at: 6)
        #expect(try store.take(other.batch).rows.map { $0.record.outcome } == [.completed])
    }

    @Test func `a record that cannot be read stops its segment and no other`() throws {
        let store = UsageStore(path: folder.database)
        var bad = JournalFixture(requests: 0..<1)
        bad.append(Array("{\"v\":1}".utf8))
        bad.close("z")
        let good = JournalFixture(requests: 5..<6, writer: "w2", segment: "s2")

        let receipt = try store.take(JournalBatch(entries: bad.entries + good.entries))

        let fault = UsageRecordFault.missing(member: "phase")
        #expect(receipt.bad == [JournalReceipt.Bad(segment: "s1", offset: 200, fault: fault)])
        #expect(receipt.rows.map { $0.record.id } == ["r0", "r5"])
        #expect(try store.offset(of: "s1") == 200)
        #expect(try store.offset(of: "s2") == 200)
    }

    @Test func `a lost request whose record cannot be read is told once, and costs nothing else`() throws {
        let store = UsageStore(path: folder.database)
        var journal = JournalFixture()
        journal.append(Array(#"{"v":1,"phase":"opened","id":"x"}"#.utf8))
        journal.open("y")
        _ = try store.take(journal.batch)

        let receipt = try store.take(JournalBatch(entries: [], ended: ["w1"]))

        let fault = UsageRecordFault.missing(member: "at")
        #expect(receipt.bad == [JournalReceipt.Bad(segment: "s1", offset: 0, fault: fault)])
        #expect(receipt.rows.map { $0.record.id } == ["y"])
        #expect(try store.take(JournalBatch(entries: [], ended: ["w1"])) == JournalReceipt())
    }

    @Test func `segments are known until they are forgotten, and their offsets even then`() throws {
        let store = UsageStore(path: folder.database)
        let journal = JournalFixture(requests: 0..<3)
        _ = try store.take(journal.batch)
        #expect(try store.segments() == [JournalSegment(id: "s1", writer: "w1", offset: 600)])
        #expect(try store.securedOffset(of: "s1") == 600)
        #expect(try store.securedOffset(of: "s9") == nil)

        try store.forget(segment: "s1")

        #expect(try store.segments().isEmpty)
        #expect(try store.take(journal.batch).rows.isEmpty)
        #expect(try store.usage(UsageQuery()).first?.requests == 3)
    }

    @Test func `the serial of a row is never given again`() throws {
        let store = UsageStore(path: folder.database)
        _ = try store.take(JournalFixture(requests: 0..<3).batch)
        let last = try store.lastSerial()
        #expect(try store.expire(before: Int.max) == 3)

        let rows = try store.take(JournalFixture(requests: 3..<4, segment: "s2").batch).rows

        #expect(try store.lastSerial() > last)
        #expect(rows.map(\.serial) == [try store.lastSerial()])
    }
}
