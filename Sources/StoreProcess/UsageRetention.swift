/// Deletes the oldest usage, a bounded batch a call.
struct UsageRetention {
    /// Rows that one call deletes at most, so that nobody waits long for it.
    static let batch = 1000
    /// Pages that one call gives back to the file system at most.
    private static let pages = 1000

    /// Whether the bound was passed, and is not yet left behind by 5 %.
    private var isShrinking = false

    /// Deletes rows of requests that began before that moment; returns how many, `batch` if there may be more.
    func expire(before moment: Int, in database: Database) throws(StoreFault) -> Int {
        try database.prepared(
            "DELETE FROM usage WHERE serial IN (SELECT serial FROM usage WHERE at < ? ORDER BY at LIMIT ?)"
        )
        .bind(moment).bind(Self.batch).run()
        return database.changes
    }

    /// Deletes the oldest rows if more than so many bytes are in use, until 95 % are; returns how many.
    mutating func shrink(to bytes: Int, in database: Database) throws(StoreFault) -> Int {
        let used = try Self.bytesInUse(database)
        isShrinking = used > (isShrinking ? bytes / 100 * 95 : bytes)
        return isShrinking ? try expire(before: Int.max, in: database) : 0
    }

    /// Removes the names of segments that neither files nor rows have any more.
    func forgetSegments(in database: Database) throws(StoreFault) {
        try database.prepared(
            """
            DELETE FROM segments WHERE is_gone = 1
            AND NOT EXISTS (SELECT 1 FROM usage WHERE usage.segment = segments.number)
            AND NOT EXISTS (SELECT 1 FROM opened WHERE opened.segment = segments.number)
            """
        ).run()
    }

    /// Gives free pages back to the file system; returns how many are left.
    func reclaim(in database: Database) throws(StoreFault) -> Int {
        try database.run("PRAGMA incremental_vacuum(\(Self.pages))")
        return try database.number("PRAGMA freelist_count") ?? 0
    }

    /// Bytes of pages that hold something.
    static func bytesInUse(_ database: Database) throws(StoreFault) -> Int {
        let pages = try database.number("PRAGMA page_count") ?? 0
        let free = try database.number("PRAGMA freelist_count") ?? 0
        return (pages - free) * (try database.number("PRAGMA page_size") ?? 0)
    }
}
