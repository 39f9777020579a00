package import Gateway
import JSON

/// A request that has ended, with the place of its record: what export writes and import reads, a line each.
///
/// The line is the record with two members more, which no record can have of its own; `serial`, the row's number in the
/// database that it comes from, may stand there too:
///
///     {"v":1,"phase":"closed",…,"outcome":"completed","segment":"6f2c-17","offset":4096}
package struct UsageRow: Equatable, Sendable {
    /// All columns but the serial, in the order in which they are bound and read.
    static let columns = "segment, \(columnsBehindSegment)"
    static let columnsBehindSegment = """
        offset, version, at, id, instance, request, key, client, session, dialect, provider, model, served, attempts, \
        prompt_tokens, completion_tokens, cached_tokens, tool_tokens, is_estimated, first_us, total_us, \
        finish, outcome, error, extra
        """

    /// The segment's name.
    package let segment: String
    /// Where in it the record began.
    package let offset: Int
    /// The closed record.
    package let record: UsageRecord

    /// A line that `serialized()` made.
    package init(parsing line: [UInt8]) throws(UsageRecordFault) {
        var record = try UsageRecord(parsing: line)
        guard record.phase == .closed else { throw .invalid(member: "phase") }
        guard let segment = Self.last("segment", of: record) else { throw .missing(member: "segment") }
        guard let offset = Self.last("offset", of: record) else { throw .missing(member: "offset") }
        guard let name = segment.string else { throw .invalid(member: "segment") }
        guard let place = offset.int, place >= 0 else { throw .invalid(member: "offset") }
        record.unknown.removeAll { ["segment", "offset", "serial"].contains($0.name) }
        self.segment = name
        self.offset = place
        self.record = record
    }

    /// The row as JSON, on one line, without the line's end.
    package func serialized() -> [UInt8] {
        var record = record
        record.unknown.append(.init(name: "segment", value: JSONWriter.quoted(segment)))
        record.unknown.append(.init(name: "offset", value: Array(offset.description.utf8)))
        return record.serialized()
    }

    private static func last(_ name: String, of record: UsageRecord) -> JSONValue? {
        guard let member = record.unknown.last(where: { $0.name == name }) else { return nil }
        return try? JSONDocument(parsing: member.value).root
    }

    // MARK: From the table

    /// The columns of `columns`, with the segment's name for its number.
    init(_ row: Statement) throws(StoreFault) {
        segment = try row.name()
        offset = try row.count()
        let version = try row.count()
        let at = try row.count()
        var record = UsageRecord(opened: try row.name(), at: at, instance: try row.name(), model: "")
        record.version = version
        try Self.readRequest(row, into: &record)
        try Self.readAnswer(row, into: &record)
        self.record = record
    }

    private static func readRequest(_ row: Statement, into record: inout UsageRecord) throws(StoreFault) {
        record.request = row.text()
        record.key = row.text()
        record.client = row.text()
        record.session = row.text()
        record.dialect = row.text()
        record.provider = row.text()
        record.model = try row.name()
        record.served = row.text()
    }

    private static func readAnswer(_ row: Statement, into record: inout UsageRecord) throws(StoreFault) {
        record.attempts = try row.count()
        record.promptTokens = try row.count()
        record.completionTokens = try row.count()
        record.cachedTokens = try row.count()
        record.toolTokens = try row.count()
        record.isEstimated = try row.count() == 1
        record.firstMicroseconds = row.int()
        record.totalMicroseconds = row.int()
        record.finish = row.text()
        guard let outcome = UsageRecord.Outcome(rawValue: try row.name()) else { throw .corrupt }
        record = record.closed(outcome)
        record.error = row.text()
        record.unknown = unknown(row.bytes())
    }

    private static func unknown(_ extra: [UInt8]?) -> [UsageRecord.Unknown] {
        guard let extra, let document = try? JSONDocument(parsing: extra) else { return [] }
        return document.root.members.map { .init(name: $0.name, value: Array($0.value.raw)) }
    }
}
