import Gateway
import Posix

/// Takes one batch of the journal into the database, inside a transaction of the caller.
///
/// A request whose two records are in one batch, as nearly all are, costs one row; only those that are under way when
/// the batch ends are kept as `opened`.
struct UsageImport {
    private struct Segment {
        let number: Int
        let writer: String
        var offset: Int
        var isStopped = false
    }

    private struct Request: Hashable {
        let writer: String
        let id: String
    }

    private struct Begun {
        let segment: Int
        let entry: JournalBatch.Entry
    }

    private(set) var receipt = JournalReceipt()
    private let database: Database
    private let insertion: UsageInsertion
    private var segments: [String: Segment] = [:]
    /// Begun in this batch and not ended in it.
    private var begun: [Request: Begun] = [:]
    /// Ended in this batch and not begun in it.
    private var ended: Set<Request> = []

    init(into database: Database) throws(StoreFault) {
        self.database = database
        insertion = try UsageInsertion(into: database)
    }

    mutating func take(_ batch: JournalBatch) throws(StoreFault) {
        let isLong = batch.isLong
        for entry in batch.entries {
            try take(entry)
            // Requests on this core need not wait for a whole batch, unless the journal would grow and grow.
            if !isLong { ThreadIdentity.yield() }
        }
        for request in ended { try removeOpened(request) }
        for (request, begun) in begun { try writeOpened(request, begun) }
        for segment in segments.values { try advance(segment) }
        for writer in batch.ended { try lose(requestsOf: writer) }
    }

    private mutating func take(_ entry: JournalBatch.Entry) throws(StoreFault) {
        var segment = try segment(of: entry)
        defer { segments[entry.segment] = segment }
        guard !segment.isStopped, entry.offset >= segment.offset else { return }
        guard let (request, closed) = read(entry) else {
            segment.isStopped = true
            return
        }
        segment.offset = entry.end
        if let closed {
            if begun.removeValue(forKey: request) == nil { ended.insert(request) }
            try insert(closed, segment: segment.number, offset: entry.offset)
        } else {
            begun[request] = Begun(segment: segment.number, entry: entry)
        }
    }

    /// The request and its closed record, which an opened one has not; nil: the entry cannot be read.
    ///
    /// Of an opened record, which is nearly always dropped at once, no more is read than whose it is.
    private mutating func read(_ entry: JournalBatch.Entry) -> (request: Request, closed: UsageRecord?)? {
        do throws(UsageRecordFault) {
            let head = try UsageRecordHead(parsing: entry.payload)
            let request = Request(writer: entry.writer, id: head.id)
            switch head.phase {
            case .opened: return (request, nil)
            case .closed: return (request, try head.record())
            }
        } catch {
            receipt.bad.append(.init(segment: entry.segment, offset: entry.offset, fault: error))
            return nil
        }
    }

    private mutating func insert(_ record: UsageRecord, segment: Int, offset: Int) throws(StoreFault) {
        guard let serial = try insertion.insert(record, segment: segment, offset: offset) else { return }
        receipt.rows.append(.init(serial: serial, record: record))
    }

    // MARK: Requests under way

    private func removeOpened(_ request: Request) throws(StoreFault) {
        try database.prepared("DELETE FROM opened WHERE writer = ? AND id = ?")
            .bind(request.writer).bind(request.id).run()
    }

    private func writeOpened(_ request: Request, _ begun: Begun) throws(StoreFault) {
        try database.prepared(
            "INSERT OR REPLACE INTO opened (writer, id, segment, offset, record) VALUES (?, ?, ?, ?, ?)"
        )
        .bind(request.writer).bind(request.id).bind(begun.segment).bind(begun.entry.offset)
        .bind(begun.entry.payload).run()
    }

    /// What the writer has begun and not ended becomes rows, where their opened records stood.
    private mutating func lose(requestsOf writer: String) throws(StoreFault) {
        let left = try database.prepared(Self.left).bind(writer).rows { row throws(StoreFault) in
            let number = try row.count()
            let entry = JournalBatch.Entry(
                segment: try row.name(),
                writer: writer,
                offset: try row.count(),
                end: 0,
                payload: row.bytes() ?? []
            )
            return Begun(segment: number, entry: entry)
        }
        for begun in left { try lose(begun) }
        try database.prepared("DELETE FROM opened WHERE writer = ?").bind(writer).run()
    }

    private mutating func lose(_ begun: Begun) throws(StoreFault) {
        var record: UsageRecord
        do throws(UsageRecordFault) {
            record = try UsageRecord(parsing: begun.entry.payload).closed(.lost)
        } catch {
            receipt.bad.append(.init(segment: begun.entry.segment, offset: begun.entry.offset, fault: error))
            return
        }
        record.isEstimated = true
        try insert(record, segment: begun.segment, offset: begun.entry.offset)
    }

    private static let left = """
        SELECT segment, (SELECT id FROM segments WHERE number = segment), offset, record
        FROM opened WHERE writer = ? ORDER BY segment, offset
        """

    // MARK: Segments

    private func segment(of entry: JournalBatch.Entry) throws(StoreFault) -> Segment {
        if let segment = segments[entry.segment] { return segment }
        let known = try database.prepared("SELECT number, offset FROM segments WHERE id = ?")
            .bind(entry.segment)
            .first { row throws(StoreFault) in
                Segment(number: try row.count(), writer: entry.writer, offset: try row.count())
            }
        if let known { return known }
        try database.prepared("INSERT INTO segments (id, writer, offset, is_gone) VALUES (?, ?, 0, 0)")
            .bind(entry.segment).bind(entry.writer).run()
        return Segment(number: database.lastSerial, writer: entry.writer, offset: 0)
    }

    private func advance(_ segment: Segment) throws(StoreFault) {
        try database.prepared("UPDATE segments SET writer = ?, offset = ?, is_gone = 0 WHERE number = ?")
            .bind(segment.writer).bind(segment.offset).bind(segment.number).run()
    }
}
