import Gateway
import Posix
import Testing

@testable import StoreProcess

@Suite struct StoreFaultTests {
    let folder = TemporaryFolder()

    @Test(arguments: [
        StoreFault.locked, .full, .readOnly, .missing, .corrupt, .newer(version: 9), .foreign, .notAllowed,
        .other(code: 1, message: "no such thing"),
    ])
    func `every sentence names the file`(fault: StoreFault) {
        #expect(fault.sentence(path: "/state/gatehouse.db").contains("/state/gatehouse.db"))
    }

    @Test func `a locked file takes the batch once it is free`() throws {
        let store = UsageStore(path: folder.database)
        _ = try store.take(JournalFixture(requests: 0..<2).batch)
        let other = try Database(folder.database)
        try other.run("BEGIN EXCLUSIVE")
        let batch = JournalFixture(requests: 0..<5).batch

        #expect(throws: StoreFault.locked) { try store.take(batch) }
        #expect(try store.usage(UsageQuery()).first?.requests == 2)
        try other.run("ROLLBACK")

        #expect(try store.take(batch).rows.count == 3)
    }

    @Test func `a file without its folder, and a folder for a file, are told apart`() throws {
        #expect(throws: StoreFault.missing) {
            try UsageStore(path: "\(folder.path)/none/gatehouse.db").check()
        }
        #expect(throws: StoreFault.notAllowed) { try UsageStore(path: folder.path).check() }
    }

    @Test(.enabled(if: TemporaryFolder.canMount, "only root may mount a small file system"))
    func `a full file system takes the batch once it has room`() throws {
        let point = try #require(folder.mountMemory(bytes: 1 << 20))
        try TemporaryFolder.write(Array(repeating: 1, count: 512 << 10), to: "\(point)/filler")
        let store = UsageStore(path: "\(point)/gatehouse.db")
        var taken = 0
        #expect(throws: StoreFault.full) {
            while taken < 100_000 {
                _ = try store.take(Self.batch(taken))
                taken += 100
            }
        }
        #expect(taken > 0)
        #expect(throws: StoreFault.full) { try store.take(Self.batch(taken)) }
        #expect(try store.usage(UsageQuery()).first?.requests == taken)

        FileSystem.remove("\(point)/filler")

        #expect(try store.take(Self.batch(taken)).rows.count == 100)
        #expect(try store.usage(UsageQuery()).first?.requests == taken + 100)
    }

    @Test(.enabled(if: TemporaryFolder.canMount, "only root may mount a folder again"))
    func `a read-only file system is used once it can be written to`() throws {
        let point = try #require(folder.mountAgain())
        _ = try UsageStore(path: "\(point)/gatehouse.db").take(JournalFixture(requests: 0..<2).batch)
        #expect(TemporaryFolder.setReadOnly(true, point))
        let store = UsageStore(path: "\(point)/gatehouse.db")
        let batch = JournalFixture(requests: 0..<5).batch

        for _ in 1...2 { #expect(throws: StoreFault.readOnly) { try store.take(batch) } }
        #expect(TemporaryFolder.setReadOnly(false, point))

        #expect(try store.take(batch).rows.count == 3)
    }

    @Test func `a damaged page is told, and the file used again when it is right`() throws {
        _ = try UsageStore(path: folder.database).take(JournalFixture(requests: 0..<2000).batch)
        let page = try #require(
            try Database(folder.database).number("SELECT rootpage FROM sqlite_schema WHERE name = 'usage'")
        )
        let garbage = [UInt8](repeating: 0x5A, count: 4096)
        let right = TemporaryFolder.overwrite(folder.database, at: (page - 1) * 4096, with: garbage)
        let store = UsageStore(path: folder.database)
        let batch = JournalFixture(requests: 2000..<2005, segment: "s2").batch

        #expect(throws: StoreFault.corrupt) { try store.usage(UsageQuery()) }
        #expect(throws: StoreFault.corrupt) { try store.take(batch) }
        _ = TemporaryFolder.overwrite(folder.database, at: (page - 1) * 4096, with: right)

        #expect(try store.take(batch).rows.count == 5)
        #expect(try store.usage(UsageQuery()).first?.requests == 2005)
    }

    private static func batch(_ first: Int) -> JournalBatch {
        JournalFixture(requests: first..<first + 100, segment: "s\(first)").batch
    }
}
