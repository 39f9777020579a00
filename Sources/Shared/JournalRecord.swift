import Posix
import Synchronization

/// One record in a journal segment, at a multiple of 8.
///
///     offset 0  length    4 bytes, big-endian; 0: nothing here (yet)
///     offset 4  payload   as many bytes
///               checksum  4 bytes, big-endian: CRC-32C of the payload
///               zeros     up to a multiple of 8
///
/// The payload `{"n":1}`, 7 bytes, takes 16:
///
///     00 00 00 07 7b 22 6e 22  3a 31 7d a2 e6 d0 bf 00
///
/// The writer stores the length last and releases it; the reader acquires it first. So a length that is not 0 has a
/// whole record behind it, and a writer that is killed in between has written nothing.
enum JournalRecord {
    /// The longest payload.
    static let limit = 65_536

    private struct Length: ~Copyable { let word: Atomic<UInt32> }

    /// What stands at a place.
    enum Found: Equatable {
        case nothing
        case record([UInt8])
        /// No writer of ours leaves this.
        case bad
    }

    /// The bytes that a payload of so many takes.
    @inline(__always)
    static func size(_ payload: Int) -> Int { (payload + 15) & ~7 }

    /// Writes a record where nothing but zeros, or what a dead writer left without a length, can be.
    @inline(__always)
    static func write(_ payload: UnsafeRawBufferPointer, at place: UnsafeMutableRawPointer) {
        guard let first = payload.baseAddress else { return }
        (place + 4).copyMemory(from: first, byteCount: payload.count)
        StopPoint.reach(.payloadWritten)
        let checksum = Checksum.crc32c(payload).bigEndian
        (place + 4 + payload.count).storeBytes(of: checksum, as: UInt32.self)
        StopPoint.reach(.checksumWritten)
        length(at: place).pointee.word.store(UInt32(payload.count).bigEndian, ordering: .releasing)
        StopPoint.reach(.published)
    }

    /// The record at a place from which the segment has `room` bytes left.
    ///
    /// The payload is copied before it is checked: what is checked is what the caller gets.
    static func read(at place: UnsafeMutableRawPointer, room: Int) -> Found {
        guard room >= size(1) else { return .nothing }
        let word = length(at: place).pointee.word.load(ordering: .acquiring)
        let count = Int(UInt32(bigEndian: word))
        if count == 0 { return .nothing }
        guard count <= limit, size(count) <= room else { return .bad }
        let payload = [UInt8](UnsafeRawBufferPointer(start: place + 4, count: count))
        let checksum = UInt32(bigEndian: (place + 4 + count).loadUnaligned(as: UInt32.self))
        let rest = UnsafeRawBufferPointer(start: place, count: size(count)).dropFirst(count + 8)
        guard checksum == payload.withUnsafeBytes(Checksum.crc32c), rest.allSatisfy({ $0 == 0 }) else {
            return .bad
        }
        return .record(payload)
    }

    @inline(__always)
    private static func length(at place: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Length> {
        place.assumingMemoryBound(to: Length.self)
    }
}
