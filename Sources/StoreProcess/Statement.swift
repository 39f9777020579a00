import CSQLite

/// A prepared statement: values are bound and columns read in their order.
///
///     let row = try database.prepared("SELECT a, b FROM t WHERE c = ? AND d = ?")
///         .bind(1).bind("x").first { ($0.int(), $0.text()) }
///
/// It is reset, ready for the next use, whenever a call that runs it has returned or thrown.
final class Statement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private var bound: CInt = 0
    private var column: CInt = 0
    private var bindingResult = SQLITE_OK

    init(_ sql: String, on connection: OpaquePointer) throws(StoreFault) {
        var handle: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let result = sqlite3_prepare_v3(connection, sql, -1, flags, &handle, nil)
        guard result == SQLITE_OK, let handle else { throw StoreFault(result, on: connection) }
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    // MARK: Values

    @discardableResult
    func bind(_ value: Int?) -> Statement {
        bound += 1
        guard let value else { return checked(sqlite3_bind_null(handle, bound)) }
        return checked(sqlite3_bind_int64(handle, bound, Int64(value)))
    }

    @discardableResult
    func bind(_ value: String?) -> Statement {
        bound += 1
        guard var value else { return checked(sqlite3_bind_null(handle, bound)) }
        return checked(value.withUTF8 { gh_bind_text(handle, bound, $0.baseAddress, UInt64($0.count)) })
    }

    @discardableResult
    func bind(_ value: [UInt8]) -> Statement {
        bound += 1
        return checked(
            value.withUnsafeBytes { gh_bind_blob(handle, bound, $0.baseAddress, UInt64($0.count)) }
        )
    }

    private func checked(_ result: CInt) -> Statement {
        if bindingResult == SQLITE_OK { bindingResult = result }
        return self
    }

    // MARK: Running

    /// Runs it to its end; rows are dropped.
    func run() throws(StoreFault) {
        while try next() {}
    }

    /// The first row; nil if there is none.
    func first<Row>(_ read: (Statement) throws(StoreFault) -> Row) throws(StoreFault) -> Row? {
        defer { reset() }
        return try next() ? read(self) : nil
    }

    /// All rows; the statement limits them.
    func rows<Row>(_ read: (Statement) throws(StoreFault) -> Row) throws(StoreFault) -> [Row] {
        defer { reset() }
        var rows: [Row] = []
        while try next() { rows.append(try read(self)) }
        return rows
    }

    func reset() {
        sqlite3_reset(handle)
        (bound, bindingResult) = (0, SQLITE_OK)
    }

    private func next() throws(StoreFault) -> Bool {
        column = 0
        let result = bindingResult == SQLITE_OK ? sqlite3_step(handle) : bindingResult
        if result == SQLITE_ROW { return true }
        defer { reset() }
        guard result == SQLITE_DONE else { throw StoreFault(result, on: connection) }
        return false
    }

    // MARK: Columns

    /// Nil: NULL.
    func int() -> Int? {
        defer { column += 1 }
        guard sqlite3_column_type(handle, column) != SQLITE_NULL else { return nil }
        return Int(sqlite3_column_int64(handle, column))
    }

    /// Nil: NULL.
    func text() -> String? {
        bytes().map { String(decoding: $0, as: UTF8.self) }
    }

    /// A blob, or a text as UTF-8; nil: NULL.
    func bytes() -> [UInt8]? {
        defer { column += 1 }
        guard sqlite3_column_type(handle, column) != SQLITE_NULL else { return nil }
        let start = sqlite3_column_blob(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    /// A column that is never NULL.
    func count() throws(StoreFault) -> Int {
        guard let value = int() else { throw .corrupt }
        return value
    }

    /// A column that is never NULL.
    func name() throws(StoreFault) -> String {
        guard let value = text() else { throw .corrupt }
        return value
    }
}
