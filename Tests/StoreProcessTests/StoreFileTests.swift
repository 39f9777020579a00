import Gateway
import Posix
import Testing

@testable import StoreProcess

@Suite struct StoreFileTests {
    static let steps =
        Migration.all + [
            Migration(version: 3, statements: ["ALTER TABLE usage ADD COLUMN region TEXT"]),
            Migration(version: 4, statements: ["CREATE TABLE four (a)", "INSERT INTO four VALUES (4)"]),
            Migration(version: 5, statements: ["CREATE INDEX usage_key ON usage (key)"]),
        ]

    let folder = TemporaryFolder()

    private func store(_ version: Int) -> UsageStore {
        UsageStore(file: StoreFile(path: folder.database, migrations: Array(Self.steps.prefix(version))))
    }

    private func version(_ path: String) throws -> Int? { try Database(path).number("PRAGMA user_version") }

    @Test func `a new file is ours, private, and can give pages back`() throws {
        try store(1).check()

        let database = try Database(folder.database)
        #expect(try database.number("PRAGMA application_id") == StoreFile.applicationID)
        #expect(try database.number("PRAGMA auto_vacuum") == 2)
        #expect(FileSystem.mode(folder.database) == 0o600)
        #expect(try version(folder.database) == 1)
    }

    @Test(arguments: [(1, 2), (1, 3), (1, 4), (1, 5), (2, 3), (2, 5), (3, 4), (3, 5), (4, 5)])
    func `every older version is migrated, and a copy of it stays`(from: Int, to: Int) throws {
        let batch = JournalFixture(requests: 0..<20).batch
        let before = store(from)
        _ = try before.take(batch)
        let sums = try before.usage(UsageQuery(by: [.key, .model]))

        let after = store(to)

        #expect(try after.usage(UsageQuery(by: [.key, .model])) == sums)
        #expect(try after.take(batch).rows.isEmpty)
        #expect(try version(folder.database) == to)
        let copy = "\(folder.database).v\(from).bak"
        #expect(try version(copy) == from)
        #expect(FileSystem.mode(copy) == 0o600)
        let old = UsageStore(file: StoreFile(path: copy, migrations: Array(Self.steps.prefix(from))))
        #expect(try old.usage(UsageQuery(by: [.key, .model])) == sums)
    }

    @Test func `the last three copies are kept`() throws {
        for version in 1...5 { try store(version).check() }

        #expect(
            folder.names.filter { $0.hasSuffix(".bak") }
                == ["gatehouse.db.v2.bak", "gatehouse.db.v3.bak", "gatehouse.db.v4.bak"]
        )
    }

    @Test func `a step that fails leaves the old version whole`() throws {
        _ = try store(1).take(JournalFixture(requests: 0..<3).batch)
        let failing =
            Self.steps.prefix(2) + [
                Migration(version: 3, statements: ["CREATE TABLE three (a)", "NONSENSE"])
            ]

        #expect(throws: StoreFault.self) {
            try UsageStore(file: StoreFile(path: folder.database, migrations: Array(failing))).check()
        }

        #expect(try version(folder.database) == 1)
        #expect(
            try Database(folder.database).number("SELECT count(*) FROM sqlite_schema WHERE name = 'three'")
                == 0
        )
        #expect(try store(5).usage(UsageQuery()).first?.requests == 3)
    }

    @Test func `a newer file is refused and not touched`() throws {
        try store(3).check()
        let bytes = try TemporaryFolder.bytes(of: folder.database)
        let older = store(2)

        for _ in 1...2 { #expect(throws: StoreFault.newer(version: 3)) { try older.check() } }

        #expect(try TemporaryFolder.bytes(of: folder.database) == bytes)
        #expect(folder.names == ["gatehouse.db"])
    }

    @Test(arguments: ["tables", "application", "text"])
    func `another program's file is refused and not touched`(kind: String) throws {
        try TemporaryFolder.write(
            kind == "text" ? Array(repeating: 65, count: 5000) : [],
            to: folder.database
        )
        if kind == "tables" { try Database(folder.database).run("CREATE TABLE t (a)") }
        if kind == "application" { try Database(folder.database).run("PRAGMA application_id = 7") }
        let bytes = try TemporaryFolder.bytes(of: folder.database)

        #expect(throws: StoreFault.foreign) { try store(1).check() }

        #expect(try TemporaryFolder.bytes(of: folder.database) == bytes)
    }

    @Test(arguments: [[""], ["", "-wal"], ["", "-wal", "-shm"], ["-wal"]], [false, true])
    func `a file is written anew, with all that it had, when it or its log was deleted`(
        suffixes: [String],
        isCheckpointed: Bool
    )
        throws
    {
        let store = UsageStore(path: folder.database)
        _ = try store.take(JournalFixture(requests: 0..<3000).batch)
        for _ in 1...2 { #expect(try store.expire(before: JournalFixture.begin + 2_000_000) == 1000) }
        if isCheckpointed { #expect(try store.checkpoint() == 0) }
        _ = try store.take(JournalFixture(requests: 3000..<3010, segment: "s2").batch)
        for suffix in suffixes { FileSystem.remove(folder.database + suffix) }

        _ = try store.take(JournalFixture(requests: 3010..<3020, segment: "s3").batch)

        let control = TemporaryFolder()
        let expected = UsageStore(path: control.database)
        _ = try expected.take(JournalFixture(requests: 2000..<3020).batch)
        let query = UsageQuery(by: [.key, .model, .day])
        #expect(try store.usage(query) == expected.usage(query))
        #expect(try UsageStore(path: folder.database).usage(query) == expected.usage(query))
        #expect(try Database(folder.database).number("PRAGMA auto_vacuum") == 2)
        #expect(FileSystem.mode(folder.database) == 0o600)
        #expect(!FileSystem.exists("\(folder.database).new"))
        #expect(try store.lastSerial() == 3020)
        #expect(try Database(folder.database).prepared("PRAGMA integrity_check").first { $0.text() } == "ok")
    }

    @Test func `a log that stays behind a deleted file is not taken for the new one's`() throws {
        let store = store(1)
        _ = try store.take(JournalFixture(requests: 0..<50).batch)
        let log = try TemporaryFolder.bytes(of: "\(folder.database)-wal")
        #expect(log.count > 4096)
        let other = TemporaryFolder()
        try TemporaryFolder.write(log, to: "\(other.database)-wal")

        let fresh = UsageStore(path: other.database)

        #expect(try fresh.usage(UsageQuery()).first?.requests == 0)
        #expect(try Database(other.database).prepared("PRAGMA integrity_check").first { $0.text() } == "ok")
    }

    @Test(arguments: [false, true])
    func `another file that stands there is opened instead`(hasLog: Bool) throws {
        let store = UsageStore(path: folder.database)
        _ = try store.take(JournalFixture(requests: 0..<50).batch)
        let other = TemporaryFolder()
        let donor = UsageStore(path: other.database)
        _ = try donor.take(JournalFixture(requests: 0..<7).batch)
        if !hasLog { #expect(try donor.checkpoint() == 0) }
        if hasLog {
            try TemporaryFolder.write(
                try TemporaryFolder.bytes(of: "\(other.database)-wal"),
                to: "\(folder.database)-wal"
            )
        }
        try TemporaryFolder.write(try TemporaryFolder.bytes(of: other.database), to: folder.database)

        #expect(try store.usage(UsageQuery()).first?.requests == 7)
        _ = try store.take(JournalFixture(requests: 7..<9, segment: "s2").batch)

        #expect(try UsageStore(path: folder.database).usage(UsageQuery()).first?.requests == 9)
        #expect(try Database(folder.database).prepared("PRAGMA integrity_check").first { $0.text() } == "ok")
    }
}
