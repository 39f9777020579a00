import Posix

/// The first 64 bytes of every shared segment: what it is, so that nobody takes it for something else.
///
///     offset  0  magic      8 bytes, "GATEHSE" and the kind of segment
///     offset  8  layout     4 bytes, the version of what follows
///     offset 12  rowBytes   4 bytes
///     offset 16  rows       4 bytes
///     offset 24  build      8 bytes, of the program that made it
struct SegmentHeader: Equatable {
    static let bytes = 64

    let magic: UInt64
    let layout: UInt32
    let rowBytes: UInt32
    let rows: UInt32
    private let reserved: UInt32 = 0
    let build: UInt64

    /// `kind`: an ASCII letter.
    init(kind: Character, layout: Int, rowBytes: Int, rows: Int, build: String) {
        magic = "GATEHSE\(kind)".utf8.reduce(0) { $0 << 8 | UInt64($1) }
        self.layout = UInt32(layout)
        self.rowBytes = UInt32(rowBytes)
        self.rows = UInt32(rows)
        self.build = build.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Whether the bytes behind it mean the same, whichever build made them and however many there are.
    func isReadable(as other: SegmentHeader) -> Bool {
        magic == other.magic && layout == other.layout && rowBytes == other.rowBytes
    }

    /// Makes a segment of zeros with this header.
    func create(_ name: String, bytes: Int) throws(SegmentFault) -> SharedMemory {
        do throws(Errno) {
            let memory = try SharedMemory(name, bytes: bytes)
            memory.base.storeBytes(of: self, as: SegmentHeader.self)
            return memory
        } catch {
            throw .system(error.description)
        }
    }

    /// Maps a segment that somebody made with this header.
    func map(_ descriptor: CInt, bytes: Int) throws(SegmentFault) -> SharedMemory {
        let memory: SharedMemory
        do throws(Errno) {
            memory = try SharedMemory(mapping: descriptor, bytes: bytes)
        } catch {
            throw .system(error.description)
        }
        guard memory.base.load(as: SegmentHeader.self) == self else { throw .foreign }
        return memory
    }
}

/// Why a segment is not used.
package enum SegmentFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is no segment of this kind and layout, or another build made it.
    case foreign
    case system(String)

    package var description: String {
        switch self {
        case .foreign: "shared memory was made by another build"
        case .system(let reason): "shared memory: \(reason)"
        }
    }
}
