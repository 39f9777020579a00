import Posix
import Testing

@testable import Shared

@Suite struct JournalRecordTests {
    @Test(arguments: vectors)
    func `the checksum is CRC-32C, with the instruction and without`(bytes: [UInt8], expected: UInt32) {
        #expect(bytes.withUnsafeBytes(Checksum.crc32c) == expected)
        #expect(bytes.withUnsafeBytes(Checksum.portableCRC32C) == expected)
    }

    @Test func `both checksums agree at every length and place`() {
        let bytes = (0..<80).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 7) }
        for first in 0..<8 {
            for last in first..<bytes.count {
                let part = bytes[first..<last]
                #expect(
                    part.withUnsafeBytes(Checksum.crc32c) == part.withUnsafeBytes(Checksum.portableCRC32C)
                )
            }
        }
    }

    @Test func `a record has the bytes that the example has`() {
        let room = Room(16)
        room.write(Array(#"{"n":1}"#.utf8))

        #expect(room.hex == "00 00 00 07 7b 22 6e 22 3a 31 7d a2 e6 d0 bf 00")
        #expect(room.found == .record(Array(#"{"n":1}"#.utf8)))
    }

    @Test func `a record is nothing until its length is there, whatever else is`() {
        let room = Room(64)
        room.write(Self.payload)
        let whole = room.bytes
        for count in 0...whole.count {
            room.bytes = [0, 0, 0, 0] + whole[4...].prefix(count) + [UInt8](repeating: 0, count: 64)
            #expect(room.found == .nothing)
        }
    }

    @Test func `a record with any bit flipped is bad`() {
        let room = Room(JournalRecord.size(Self.payload.count))
        room.write(Self.payload)
        let whole = room.bytes
        for bit in 0..<whole.count * 8 {
            var damaged = whole
            damaged[bit / 8] ^= 1 << (bit % 8)
            room.bytes = damaged
            #expect(room.found == .bad, "bit \(bit)")
        }
    }

    @Test func `a record cut short at any byte is bad`() {
        let room = Room(JournalRecord.size(Self.payload.count))
        room.write(Self.payload)
        let whole = room.bytes
        for count in 4..<(4 + Self.payload.count + 4) {
            room.bytes = whole.prefix(count) + [UInt8](repeating: 0, count: 64)
            #expect(room.found == .bad, "\(count) bytes")
        }
    }

    @Test(arguments: [1, 2, 7, 8, 9, 4096, 65_535, 65_536])
    func `any size up to the limit comes back`(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 1) }
        let room = Room(JournalRecord.size(count))
        room.write(payload)

        #expect(room.found == .record(payload))
        #expect(JournalRecord.size(count) % 8 == 0)
        #expect(JournalRecord.read(at: room.base, room: JournalRecord.size(count) - 8) != .record(payload))
    }

    @Test(arguments: [UInt32(65_537), 1 << 24, .max, 1 << 31])
    func `a length over the limit is bad, whatever room there is`(length: UInt32) {
        let room = Room(200_000)
        room.base.storeBytes(of: length.bigEndian, as: UInt32.self)

        #expect(room.found == .bad)
    }

    /// RFC 3720, appendix B.4, and the check value of the catalogues.
    private static let vectors: [([UInt8], UInt32)] = [
        ([], 0),
        (Array("123456789".utf8), 0xe306_9283),
        ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
        ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
        ([UInt8](0..<32), 0x46dd_794e),
        ([UInt8](0..<32).reversed(), 0x113f_db5c),
    ]

    /// 21 bytes: no power of two, so that no single bit makes the length 0, and there is a zero behind the checksum.
    private static let payload = Array("a record of 21 bytes.".utf8)

    /// Aligned memory that begins as zeros.
    private final class Room {
        let base: UnsafeMutableRawPointer
        let count: Int

        init(_ count: Int) {
            self.count = count
            base = .allocate(byteCount: count, alignment: 8)
            base.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        }

        deinit { base.deallocate() }

        func write(_ payload: [UInt8]) { payload.withUnsafeBytes { JournalRecord.write($0, at: base) } }

        var found: JournalRecord.Found { JournalRecord.read(at: base, room: count) }

        var bytes: [UInt8] {
            get { [UInt8](UnsafeRawBufferPointer(start: base, count: count)) }
            set {
                UnsafeMutableRawBufferPointer(start: base, count: count).copyBytes(
                    from: newValue.prefix(count)
                )
            }
        }

        var hex: String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
        }
    }
}
