import JSON

/// Which request a usage record is of, and whether it begins or ends it; a quarter of the work of reading it all.
package struct UsageRecordHead: Sendable {
    /// Whether the request began or ended.
    package let phase: UsageRecord.Phase
    /// Our name of the request.
    package let id: String

    private let document: JSONDocument

    /// Checks that the bytes are JSON, and reads no other member.
    package init(parsing bytes: [UInt8]) throws(UsageRecordFault) {
        do throws(JSONError) {
            document = try JSONDocument(parsing: bytes)
        } catch {
            throw .notJSON(error)
        }
        var reader = try UsageRecordReader(document.root)
        phase = try reader.phase()
        id = try reader.id()
    }

    /// The whole record.
    package func record() throws(UsageRecordFault) -> UsageRecord {
        var reader = try UsageRecordReader(document.root)
        return try reader.record()
    }
}
