import Gateway
import Testing

@testable import StoreProcess

@Suite struct LineImportTests {
    let folder = TemporaryFolder()
    let other = TemporaryFolder()

    private func export(_ store: UsageStore) throws -> [[UInt8]] {
        var lines: [UsageLine] = []
        while true {
            let slice = try store.records(after: lines.last?.serial ?? 0, limit: 300)
            #expect(slice.count <= 300)
            if slice.isEmpty { return lines.map(\.bytes) }
            lines += slice
        }
    }

    @Test func `what one database exports another imports, once`() throws {
        let store = UsageStore(path: folder.database)
        _ = try store.take(JournalFixture(requests: 0..<1000).batch)
        _ = try store.take(
            JournalBatch(entries: UsageImportTests.entries.filter { $0.segment == "s2" }, ended: ["w1"])
        )
        let lines = try export(store)
        let copy = UsageStore(path: other.database)

        #expect(try copy.importLines(Array(lines.prefix(400))).added == 400)
        let rest = try copy.importLines(lines)
        let again = try copy.importLines(lines)

        #expect((rest.added, rest.known, rest.bad.count) == (lines.count - 400, 400, 0))
        #expect((again.added, again.known) == (0, lines.count))
        let query = UsageQuery(by: [.key, .model, .day])
        #expect(try copy.usage(query) == store.usage(query))
        #expect(try export(copy) == lines)
        #expect(try copy.segments().isEmpty)
    }

    @Test func `the journal of imported rows changes nothing`() throws {
        let store = UsageStore(path: folder.database)
        let batch = JournalFixture(requests: 0..<10).batch
        _ = try store.take(batch)
        let copy = UsageStore(path: other.database)
        _ = try copy.importLines(try export(store))

        #expect(try copy.take(batch).rows.isEmpty)

        #expect(try copy.usage(UsageQuery()).first?.requests == 10)
        #expect(try copy.segments() == [JournalSegment(id: "s1", writer: "w1", offset: 2000)])
    }

    @Test func `members of later versions survive`() throws {
        let store = UsageStore(path: folder.database)
        var record = JournalFixture.record("a").closed(.completed)
        record.version = 2
        record.unknown = [
            .init(name: "region", value: Array("\"eu\"".utf8)), .init(name: "é", value: Array("1.50".utf8)),
        ]
        var journal = JournalFixture()
        journal.append(record)
        _ = try store.take(journal.batch)

        let line = try #require(try export(store).first)

        #expect(
            line == Array(record.serialized().dropLast()) + Array(",\"segment\":\"s1\",\"offset\":0}".utf8)
        )
        let copy = UsageStore(path: other.database)
        _ = try copy.importLines([line])
        #expect(try export(copy) == [line])
    }

    @Test(arguments: [
        ("{}", UsageRecordFault.missing(member: "phase")), ("[]", .notObject),
        (#""segment":"s1""#, .missing(member: "offset")), (#""offset":0"#, .missing(member: "segment")),
        (#""segment":7,"offset":0"#, .invalid(member: "segment")),
        (#""segment":"s","offset":-1"#, .invalid(member: "offset")),
    ])
    func `a line that is no row is left out, and the others are taken`(text: String, fault: UsageRecordFault)
        throws
    {
        let record = JournalFixture.record("a").closed(.completed).serialized().dropLast()
        let good = Array(record) + Array(#","segment":"s1","offset":5}"#.utf8)
        let bad = text.hasPrefix("\"") ? Array(record) + Array(",\(text)}".utf8) : Array(text.utf8)

        let result = try UsageStore(path: folder.database).importLines([bad, good])

        #expect(result.bad == [LineImport.Bad(index: 0, fault: fault)])
        #expect((result.added, result.known) == (1, 0))
    }
}
