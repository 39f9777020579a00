import Glibc
import Posix
package import Shared

/// What the reader imported: a file of batches, each with a checksum, in place of the database.
///
///     4 bytes  length of what follows the checksum
///     4 bytes  checksum of it
///     24       boot, serial, end offset: the segment's new position
///     24 each  offset, writer, number
package struct ModelImport {
    package struct Row {
        package let segment: JournalID
        package let offset: Int
        package let record: ModelRecord
    }

    /// Where each segment is to be read on.
    package private(set) var positions: [JournalID: Int] = [:]
    package private(set) var rows: [Row] = []
    /// The bytes of whole batches.
    private(set) var wholeBytes = 0

    /// Reads what is there, up to a batch that was not written to its end.
    package init(_ path: String, keepsRows: Bool = true) throws {
        let bytes = FileSystem.exists(path) ? try FileSystem.read(path, limit: 1 << 30) : []
        bytes.withUnsafeBytes { bytes in
            while let batch = Self.batch(bytes, at: wholeBytes) {
                read(batch, keepsRows)
                wholeBytes += 8 + batch.count
            }
        }
    }

    static func batch(_ id: JournalID, _ entries: [JournalEntry]) -> [UInt8]? {
        var words = [id.boot, id.serial, UInt64(entries.last?.endOffset ?? 0)]
        for entry in entries {
            guard let record = ModelRecord(entry.payload) else { return nil }
            words += [UInt64(entry.offset), record.writer, UInt64(record.number)]
        }
        return words.withUnsafeBytes { body in
            let head = [UInt32(body.count), Checksum.crc32c(body)]
            return head.withUnsafeBytes { Array($0) } + Array(body)
        }
    }

    private static func batch(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UnsafeRawBufferPointer? {
        guard bytes.count >= offset + 8 else { return nil }
        let count = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        guard count >= 24, bytes.count >= offset + 8 + count else { return nil }
        let body = UnsafeRawBufferPointer(rebasing: bytes[offset + 8..<offset + 8 + count])
        let checksum = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
        return Checksum.crc32c(body) == checksum ? body : nil
    }

    private mutating func read(_ body: UnsafeRawBufferPointer, _ keepsRows: Bool) {
        func word(_ index: Int) -> UInt64 { body.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) }
        let segment = JournalID(boot: word(0), serial: word(1))
        positions[segment] = Int(word(2))
        for index in stride(from: 3, to: keepsRows ? body.count / 8 : 3, by: 3) {
            let record = ModelRecord(writer: word(index + 1), number: Int(word(index + 2)))
            rows.append(Row(segment: segment, offset: Int(word(index)), record: record))
        }
    }
}
