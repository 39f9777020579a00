import Posix

/// The database's file: opened when it is first needed, of our version, and looked after while it is open.
final class StoreFile {
    private struct Opened {
        let database: Database
        let identity: FileIdentity
        /// Which file the write-ahead log is; nil: there was none.
        let log: FileIdentity?
    }

    private enum Standing {
        case unopened
        case same(Database)
        /// The file or its log.
        case deleted
        case replaced
    }

    /// `GATE`, where SQLite has the kind of a file.
    static let applicationID = 0x4741_5445
    private static let keptCopies = 3

    let path: String
    private let migrations: [Migration]
    private var opened: Opened?

    /// Names the file; nothing is opened yet.
    init(path: String, migrations: [Migration] = Migration.all) {
        self.path = path
        self.migrations = migrations
    }

    var logPath: String { "\(path)-wal" }

    /// Gives the body a connection to the file that stands at the path.
    func use<Result>(_ body: (Database) throws(StoreFault) -> Result) throws(StoreFault) -> Result {
        let database = try current()
        do throws(StoreFault) {
            return try body(database)
        } catch {
            if error.spoilsConnection { opened = nil }
            throw error
        }
    }

    // MARK: Which file

    /// A connection that is given up is closed before another one is opened: they would share the log's index.
    private func current() throws(StoreFault) -> Database {
        switch standing {
        case .unopened: return try open()
        case .same(let database): return database
        case .deleted: try rewrite()
        case .replaced: try leave()
        }
        return try open()
    }

    private var standing: Standing {
        guard let opened else { return .unopened }
        let found = FileSystem.identity(path)
        guard found == nil || found == opened.identity else { return .replaced }
        let isWhole = found != nil && FileSystem.identity(logPath) == opened.log
        return isWhole ? .same(opened.database) : .deleted
    }

    /// We still have what was deleted: it is written again, the file and its log as one file.
    private func rewrite() throws(StoreFault) {
        // A log that stays would be taken for the new file's, and spoil it; our own connection needs no names, and
        // SQLite deletes no log when it closes a file that has moved.
        try opened?.database.copy(to: path) { removeLog() }
        opened = nil
    }

    /// The file that stands there may have a log of its own; ours goes into our file, wherever that is now.
    private func leave() throws(StoreFault) {
        if FileSystem.identity(logPath) == opened?.log {
            try opened?.database.checkpoint()
            removeLog()
        }
        opened = nil
    }

    private func removeLog() {
        FileSystem.remove(logPath)
        FileSystem.remove("\(path)-shm")
    }

    // MARK: Opening

    private func open() throws(StoreFault) -> Database {
        try createIfMissing()
        let database = try Database(path)
        let version = try version(of: database)
        try configure(database)
        try migrate(database, from: version)
        // The log is made at the first read; before, it could not be told from one that was deleted.
        _ = try database.number("SELECT count(*) FROM sqlite_schema")
        guard let identity = FileSystem.identity(path) else { throw .missing }
        opened = Opened(database: database, identity: identity, log: FileSystem.identity(logPath))
        return database
    }

    private func createIfMissing() throws(StoreFault) {
        guard !FileSystem.exists(path) else { return }
        do throws(Errno) {
            _ = try FileSystem.create(path)
        } catch {
            throw StoreFault(error)
        }
    }

    /// The schema's version, 0 if it is empty; nothing is written before it is known to be ours.
    private func version(of database: Database) throws(StoreFault) -> Int {
        let application = try database.number("PRAGMA application_id")
        let version = try database.number("PRAGMA user_version") ?? 0
        let tables = try database.number("SELECT count(*) FROM sqlite_schema")
        if (application, version, tables) == (0, 0, 0) { return 0 }
        guard application == Self.applicationID else { throw .foreign }
        guard version <= newest else { throw .newer(version: version) }
        return version
    }

    private var newest: Int { migrations.last?.version ?? 0 }

    /// NORMAL: a power cut may take the last commits, rows and offsets together; they are imported again.
    private func configure(_ database: Database) throws(StoreFault) {
        // Has an effect only as long as there are no tables.
        try database.run("PRAGMA auto_vacuum = INCREMENTAL")
        try database.run("PRAGMA journal_mode = WAL")
        try database.run("PRAGMA synchronous = NORMAL")
        try database.run("PRAGMA wal_autocheckpoint = 4000")
        try database.run("PRAGMA journal_size_limit = 16777216")
        try database.run("PRAGMA temp_store = MEMORY")
    }

    // MARK: Migrating

    /// All steps or none.
    private func migrate(_ database: Database, from version: Int) throws(StoreFault) {
        guard version < newest else { return }
        if version > 0 { try keepCopy(of: database, version: version) }
        try database.transaction { () throws(StoreFault) in
            for migration in migrations where migration.version > version {
                for statement in migration.statements { try database.run(statement) }
            }
            try database.run("PRAGMA application_id = \(Self.applicationID)")
            try database.run("PRAGMA user_version = \(newest)")
        }
    }

    private func keepCopy(of database: Database, version: Int) throws(StoreFault) {
        try database.copy(to: "\(path).v\(version).bak")
        let copies = (1...version).map { "\(path).v\($0).bak" }.filter(FileSystem.exists)
        for copy in copies.dropLast(Self.keptCopies) { FileSystem.remove(copy) }
    }
}
