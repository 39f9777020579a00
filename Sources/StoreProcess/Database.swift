import CSQLite
import Posix

/// One open connection to an SQLite file; used by one thread at a time.
final class Database {
    let path: String
    private let connection: OpaquePointer
    private var statements: [String: Statement] = [:]

    /// Opens a file that is there; an empty one is an empty database.
    init(_ path: String) throws(StoreFault) {
        self.path = path
        var opened: OpaquePointer?
        let result = sqlite3_open_v2(
            path,
            &opened,
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
            nil
        )
        guard let opened else { throw .other(code: Int(result), message: "out of memory") }
        connection = opened
        guard result == SQLITE_OK else { throw StoreFault(result, on: opened) }
        // Where it may not write SQLite opens for reading, and would never try again.
        guard sqlite3_db_readonly(opened, "main") == 0 else { throw .readOnly }
        sqlite3_busy_timeout(opened, 250)
    }

    deinit {
        statements = [:]
        sqlite3_close_v2(connection)
    }

    /// The statement, prepared once and kept; only for SQL that stands in the program.
    func prepared(_ sql: String) throws(StoreFault) -> Statement {
        if let statement = statements[sql] { return statement }
        let statement = try Statement(sql, on: connection)
        statements[sql] = statement
        return statement
    }

    /// Runs a statement that is seldom needed.
    func run(_ sql: String) throws(StoreFault) { try Statement(sql, on: connection).run() }

    /// Asks for one number, as most pragmas give; nil: they gave none.
    func number(_ sql: String) throws(StoreFault) -> Int? {
        try Statement(sql, on: connection).first { row throws(StoreFault) in row.int() } ?? nil
    }

    /// Does all of the body or nothing, with the write lock from the start.
    func transaction<Result>(_ body: () throws(StoreFault) -> Result) throws(StoreFault) -> Result {
        try prepared("BEGIN IMMEDIATE").run()
        do throws(StoreFault) {
            let result = try body()
            try prepared("COMMIT").run()
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    private func rollBack() {
        // After some faults (a full disk) SQLite has done it already.
        guard sqlite3_get_autocommit(connection) == 0 else { return }
        for statement in statements.values { statement.reset() }
        sqlite3_exec(connection, "ROLLBACK", nil, nil, nil)
    }

    /// Rows that the last statement inserted, changed or deleted.
    var changes: Int { Int(sqlite3_changes64(connection)) }

    var lastSerial: Int { Int(sqlite3_last_insert_rowid(connection)) }

    /// Writes a whole, compact copy, private to the user, and gives it its name when it is complete.
    ///
    /// `prepare` is called when the copy is complete, before it gets its name.
    func copy(to target: String, before prepare: () -> Void = {}) throws(StoreFault) {
        let temporary = "\(target).new"
        FileSystem.remove(temporary)
        do throws(Errno) {
            _ = try FileSystem.create(temporary)
        } catch {
            throw StoreFault(error)
        }
        do throws(StoreFault) {
            try Statement("VACUUM INTO ?", on: connection).bind(temporary).run()
            prepare()
            do throws(Errno) {
                try FileSystem.rename(temporary, to: target)
                try FileSystem.synchronizeDirectory(FileSystem.parentDirectory(target))
            } catch {
                throw StoreFault(error)
            }
        } catch {
            FileSystem.remove(temporary)
            FileSystem.remove("\(temporary)-journal")
            throw error
        }
    }

    /// Copies the log into the file and empties it, as far as readers let it.
    func checkpoint() throws(StoreFault) {
        let result = sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        guard result == SQLITE_OK || result & 0xff == SQLITE_BUSY else {
            throw StoreFault(result, on: connection)
        }
    }
}
