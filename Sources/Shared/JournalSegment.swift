import Synchronization

/// The bytes of a segment, in a file or in the pool.
///
///     offset   0  header    64 bytes, kind "J"; rows of 8 bytes, all of the segment counted
///     offset  64  boot      8 bytes
///     offset  72  serial    8 bytes
///     offset  80  writer    8 bytes, random for each process
///     offset  88  created   8 bytes, nanoseconds since 1970
///     offset  96  order     8 bytes: which of its writer's segments it is, from 1; 0: it was never written to
///     offset 104  state     4 bytes, JournalState
///     offset 128  records   JournalRecord after JournalRecord
///
/// Words are the machine's own way round; a segment is read where it was written.
///
///     offset  64  78 56 34 12 ee ff c0 00  2a 00 00 00 00 00 00 00     00c0ffee12345678-0000002a
///     offset 104  03 00 00 00                                          open, a file
///     offset 104  03 07 00 00                                          open, in the pool, lease 7
struct JournalSegment {
    private struct Head: ~Copyable {
        let boot: Atomic<UInt64>
        let serial: Atomic<UInt64>
        let writer: Atomic<UInt64>
        let created: Atomic<Int64>
        let order: Atomic<UInt64>
        let state: Atomic<UInt32>
    }

    static let recordOffset = 2 * SegmentHeader.bytes
    static let stateOffset = 104
    private static let layout = 1

    let base: UnsafeMutableRawPointer
    let count: Int

    static func header(bytes: Int, build: String) -> SegmentHeader {
        SegmentHeader(kind: "J", layout: layout, rowBytes: 8, rows: bytes / 8, build: build)
    }

    /// The segment in `bytes` bytes at `base`; nil if it is none that this build can read.
    init?(reading base: UnsafeMutableRawPointer, bytes: Int) {
        guard bytes >= Self.recordOffset else { return nil }
        let header = base.load(as: SegmentHeader.self)
        guard header.isReadable(as: Self.header(bytes: bytes, build: "")) else { return nil }
        guard (Self.recordOffset...bytes).contains(Int(header.rows) * 8) else { return nil }
        self.init(at: base, bytes: Int(header.rows) * 8)
    }

    init(at base: UnsafeMutableRawPointer, bytes: Int) {
        self.base = base
        count = bytes
    }

    /// Writes all of the head but order and state.
    func name(_ id: JournalID, writer: UInt64, created: Int64, build: String) {
        base.storeBytes(of: Self.header(bytes: count, build: build), as: SegmentHeader.self)
        head.pointee.boot.store(id.boot, ordering: .relaxed)
        head.pointee.serial.store(id.serial, ordering: .relaxed)
        head.pointee.writer.store(writer, ordering: .relaxed)
        head.pointee.created.store(created, ordering: .relaxed)
    }

    var id: JournalID {
        JournalID(
            boot: head.pointee.boot.load(ordering: .relaxed),
            serial: head.pointee.serial.load(ordering: .relaxed)
        )
    }

    var writer: UInt64 { head.pointee.writer.load(ordering: .relaxed) }
    var created: Int64 { head.pointee.created.load(ordering: .relaxed) }

    var order: UInt64 {
        get { head.pointee.order.load(ordering: .relaxed) }
        nonmutating set { head.pointee.order.store(newValue, ordering: .relaxed) }
    }

    /// Whoever reads a state sees all that was written before it.
    var state: JournalState {
        get { JournalState(word: head.pointee.state.load(ordering: .acquiring)) }
        nonmutating set { head.pointee.state.store(newValue.word, ordering: .releasing) }
    }

    /// Makes `new` of `old`; false if the state is another.
    func exchange(_ old: JournalState, _ new: JournalState) -> Bool {
        head.pointee.state.compareExchange(
            expected: old.word,
            desired: new.word,
            ordering: .acquiringAndReleasing
        ).exchanged
    }

    private var head: UnsafeMutablePointer<Head> {
        (base + SegmentHeader.bytes).assumingMemoryBound(to: Head.self)
    }
}
