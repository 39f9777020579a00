/// What was read of the journal since the last time.
///
/// The records of one writer come in the order in which it wrote them, over all its segments.
package struct JournalBatch: Sendable {
    /// A record and its place.
    package struct Entry: Sendable {
        /// The segment's name.
        package let segment: String
        /// Who writes into it.
        package let writer: String
        /// Where the record begins, in bytes.
        package let offset: Int
        /// Where the next one begins.
        package let end: Int
        /// The record, a `UsageRecord` as JSON.
        package let payload: [UInt8]

        /// A record at its place.
        package init(segment: String, writer: String, offset: Int, end: Int, payload: [UInt8]) {
            self.segment = segment
            self.writer = writer
            self.offset = offset
            self.end = end
            self.payload = payload
        }
    }

    /// As much is read of a segment at once.
    static let limitBytes = 1 << 20

    /// The records; some may have been taken before.
    package var entries: [Entry]
    /// Writers that have died, all of whose records are in this batch or were in one before.
    package var ended: [String]

    /// A batch; 500 to 5,000 records are a good size.
    package init(entries: [Entry], ended: [String] = []) {
        self.entries = entries
        self.ended = ended
    }

    /// It is so long that more will wait behind it.
    var isLong: Bool { entries.reduce(0) { $0 + $1.payload.count } >= Self.limitBytes / 2 }
}
