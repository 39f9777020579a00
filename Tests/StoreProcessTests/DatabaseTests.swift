import Testing

@testable import StoreProcess

@Suite struct DatabaseTests {
    let folder = TemporaryFolder()

    private func database() throws -> Database {
        try TemporaryFolder.write([], to: folder.database)
        let database = try Database(folder.database)
        try database.run("CREATE TABLE t (a, b)")
        return database
    }

    @Test func `a transaction whose body throws leaves nothing, and the next one works`() throws {
        let database = try database()
        let insertion = try database.prepared("INSERT INTO t VALUES (?, ?)")

        #expect(throws: StoreFault.missing) {
            try database.transaction { () throws(StoreFault) in
                try insertion.bind(1).bind("x").run()
                throw StoreFault.missing
            }
        }
        #expect(try database.number("SELECT count(*) FROM t") == 0)

        try database.transaction { () throws(StoreFault) in try insertion.bind(2).bind("y").run() }
        #expect(try database.number("SELECT a FROM t") == 2)
    }

    @Test(
        arguments: [nil, "", "x", "a\u{0}b", "é\u{1F600}"] as [String?],
        [nil, 0, -1, Int.min, Int.max] as [Int?]
    )
    func `values come back as they were bound`(text: String?, number: Int?) throws {
        let database = try database()
        try database.prepared("INSERT INTO t VALUES (?, ?)").bind(text).bind(number).run()

        let row = try #require(try database.prepared("SELECT a, b FROM t").first { ($0.text(), $0.int()) })

        #expect(row.0 == text)
        #expect(row.1 == number)
    }

    @Test(arguments: [[], [0], [1, 0, 255]] as [[UInt8]])
    func `bytes come back as they were bound`(bytes: [UInt8]) throws {
        let database = try database()
        try database.prepared("INSERT INTO t VALUES (?, NULL)").bind(bytes).run()

        #expect(try database.prepared("SELECT a FROM t").first { $0.bytes() } == .some(bytes))
    }

    @Test func `a copy is whole, private, and replaces what had its name`() throws {
        let database = try database()
        try database.run("INSERT INTO t VALUES (7, 8)")
        let target = "\(folder.path)/copy"
        try TemporaryFolder.write([1, 2, 3], to: target)

        try database.copy(to: target)

        #expect(try Database(target).number("SELECT b FROM t") == 8)
        #expect(folder.names == ["copy", "gatehouse.db"])
    }
}
