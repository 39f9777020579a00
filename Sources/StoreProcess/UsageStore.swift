package import Gateway
import Posix
package import Shared

/// The database of usage: takes the journal in, sums it up, hands it out, and forgets what is old.
///
/// Everything blocks, so one helper thread has it; nothing is opened before the first call, so it may be made
/// elsewhere. Whatever a call throws, the next one finds the file again: closed and opened, written anew where it was
/// deleted, or the one that stands there instead.
package final class UsageStore {
    private let file: StoreFile
    private var retention = UsageRetention()

    /// Names the file.
    package init(path: String) {
        file = StoreFile(path: path)
    }

    init(file: StoreFile) {
        self.file = file
    }

    /// The file, for `StoreFault.sentence(path:)`.
    package var path: String { file.path }

    /// Opens the file, which makes or migrates it, or sees that it is still there.
    package func check() throws(StoreFault) {
        try file.use { database throws(StoreFault) in
            _ = try database.prepared("SELECT count(*) FROM sqlite_schema").first { row in row.int() }
        }
    }

    // MARK: Journal

    /// Takes a batch, all of it or nothing; what was taken before is passed over.
    package func take(_ batch: JournalBatch) throws(StoreFault) -> JournalReceipt {
        try file.use { database throws(StoreFault) in
            try database.transaction { () throws(StoreFault) in
                var taking = try UsageImport(into: database)
                try taking.take(batch)
                return taking.receipt
            }
        }
    }

    /// Segments whose files were there when they were last heard of.
    package func segments() throws(StoreFault) -> [JournalSegment] {
        try file.use { database throws(StoreFault) in
            try database.prepared("SELECT id, writer, offset FROM segments WHERE is_gone = 0 ORDER BY number")
                .rows { row throws(StoreFault) in
                    JournalSegment(id: try row.name(), writer: try row.name(), offset: try row.count())
                }
        }
    }

    /// Writers that have requests under way, as far as the journal was taken.
    package func writersUnderWay() throws(StoreFault) -> [String] {
        try file.use { database throws(StoreFault) in
            try database.prepared("SELECT DISTINCT writer FROM opened")
                .rows { row throws(StoreFault) in try row.name() }
        }
    }

    /// Behind the last record of the segment that was taken; nil: none was.
    package func offset(of segment: String) throws(StoreFault) -> Int? {
        try file.use { database throws(StoreFault) in try offset(of: segment, in: database) }
    }

    /// The same, but from now on no power cut takes it away: to be asked before the segment's file is deleted.
    package func securedOffset(of segment: String) throws(StoreFault) -> Int? {
        try file.use { database throws(StoreFault) in
            try database.run("PRAGMA synchronous = FULL")
            // Only a commit that changes something is synchronised, and everything in the log before it with it.
            let result = Result { () throws(StoreFault) in
                try database.prepared("UPDATE segments SET secured = offset WHERE id = ?").bind(segment).run()
            }
            try database.run("PRAGMA synchronous = NORMAL")
            try result.get()
            return try offset(of: segment, in: database)
        }
    }

    /// The segment's file was deleted.
    package func forget(segment: String) throws(StoreFault) {
        try file.use { database throws(StoreFault) in
            try database.prepared("UPDATE segments SET is_gone = 1 WHERE id = ?").bind(segment).run()
        }
    }

    private func offset(of segment: String, in database: Database) throws(StoreFault) -> Int? {
        try database.prepared("SELECT offset FROM segments WHERE id = ?").bind(segment)
            .first { row throws(StoreFault) in try row.count() }
    }

    // MARK: Reading

    /// Sums, ordered by their labels.
    package func usage(_ query: UsageQuery) throws(StoreFault) -> [UsageSum] {
        try file.use { database throws(StoreFault) in try UsageSummary(query).sums(in: database) }
    }

    /// The next rows behind a serial, in order; empty: there are none yet.
    package func records(after serial: Int, limit: Int) throws(StoreFault) -> [UsageLine] {
        try file.use { database throws(StoreFault) in
            try database.prepared(Self.slice).bind(serial).bind(limit).rows { row throws(StoreFault) in
                UsageLine(serial: try row.count(), bytes: try UsageRow(row).serialized())
            }
        }
    }

    /// The highest serial ever given; 0: none.
    package func lastSerial() throws(StoreFault) -> Int {
        try file.use { database throws(StoreFault) in
            try database.prepared("SELECT seq FROM sqlite_sequence WHERE name = 'usage'")
                .first { row throws(StoreFault) in try row.count() } ?? 0
        }
    }

    /// Reads lines that `records` gave, all in one transaction; a thousand or so are a good slice.
    package func importLines(_ lines: [[UInt8]]) throws(StoreFault) -> LineImport {
        try file.use { database throws(StoreFault) in
            try database.transaction { () throws(StoreFault) in try LineImport(lines, into: database) }
        }
    }

    // MARK: Sessions

    /// Those that were kept.
    package func sessions() throws(StoreFault) -> [Session] {
        try file.use { database throws(StoreFault) in try SessionRows.read(from: database) }
    }

    /// Writes some anew, and deletes others by their ids.
    package func keep(_ sessions: [Session], andForget ended: [String]) throws(StoreFault) {
        try file.use { database throws(StoreFault) in
            try database.transaction { () throws(StoreFault) in
                for session in sessions { try SessionRows.write(session, to: database) }
                for id in ended { try SessionRows.delete(id, from: database) }
            }
        }
    }

    // MARK: Housekeeping

    /// Deletes up to 1,000 rows of requests that began before that moment (ms since 1970); returns how many.
    package func expire(before moment: Int) throws(StoreFault) -> Int {
        try file.use { database throws(StoreFault) in try retention.expire(before: moment, in: database) }
    }

    /// Deletes up to 1,000 of the oldest rows if the file holds more than so many bytes; returns how many.
    ///
    /// Once begun it goes on, call by call, until 95 % are in use.
    package func shrink(to bytes: Int) throws(StoreFault) -> Int {
        try file.use { database throws(StoreFault) in try retention.shrink(to: bytes, in: database) }
    }

    /// Gives up to 1,000 free pages back to the file system; returns how many are left.
    package func reclaim() throws(StoreFault) -> Int {
        try file.use { database throws(StoreFault) in
            try retention.forgetSegments(in: database)
            return try retention.reclaim(in: database)
        }
    }

    /// Empties the write-ahead log into the file; returns the bytes that it still has.
    ///
    /// They are not 0 as long as another program reads an old state, and then grow without end: say so.
    package func checkpoint() throws(StoreFault) -> Int {
        try file.use { database throws(StoreFault) in try database.checkpoint() }
        return FileSystem.size(file.logPath) ?? 0
    }

    /// Bytes of pages that hold something, without the log.
    package func bytesInUse() throws(StoreFault) -> Int {
        try file.use { database throws(StoreFault) in try UsageRetention.bytesInUse(database) }
    }

    private static let slice = """
        SELECT serial, (SELECT id FROM segments WHERE number = segment), \(UsageRow.columnsBehindSegment)
        FROM usage WHERE serial > ? ORDER BY serial LIMIT ?
        """
}
