import Posix
import Synchronization

/// Where the session table's words lie in shared memory.
///
///     offset    0   header, 64 bytes
///     offset   64   control: hash key; whether sessions of an earlier run were put back
///     offset  128   32 768 words of 16 bytes
///              …    for each, 512 bytes of members; pages appear as they are used
final class SessionMemory {
    private static let wordOffset = 2 * SegmentHeader.bytes
    private static let memberOffset = wordOffset + SessionTable.capacity * 16
    private static let memberBytes = 512
    private static let bytes = memberOffset + SessionTable.capacity * memberBytes

    private struct Control: ~Copyable {
        let key0: Atomic<UInt64>
        let key1: Atomic<UInt64>
        let restoring: Atomic<Int>
        let isRestored: Atomic<Int>
    }

    private struct Slot: ~Copyable { let pair: Atomic<WordPair> }

    /// Numbers of one session, each written by whoever uses it.
    struct Numbers: ~Copyable {
        /// Milliseconds since 1970.
        let usedAt: Atomic<Int>
        let requests: Atomic<Int>
    }

    private let memory: SharedMemory
    let key: (UInt64, UInt64)

    init(build: String) throws(SegmentFault) {
        memory = try Self.header(build).create("gatehouse-sessions", bytes: Self.bytes)
        let random = Digest.random(16)
        let words = [random.prefix(8), random.suffix(8)].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        key = (words[0], words[1])
        control.pointee.key0.store(key.0, ordering: .relaxed)
        control.pointee.key1.store(key.1, ordering: .relaxed)
    }

    init(mapping descriptor: CInt, build: String) throws(SegmentFault) {
        memory = try Self.header(build).map(descriptor, bytes: Self.bytes)
        let control = (memory.base + SegmentHeader.bytes).assumingMemoryBound(to: Control.self)
        key = (control.pointee.key0.load(ordering: .relaxed), control.pointee.key1.load(ordering: .relaxed))
    }

    var descriptor: CInt { memory.descriptor }

    /// Whether this is the first call of all processes.
    func takeRestoring() -> Bool {
        control.pointee.restoring.exchange(1, ordering: .acquiringAndReleasing) == 0
    }

    var isRestored: Bool {
        get { control.pointee.isRestored.load(ordering: .acquiring) != 0 }
        set { control.pointee.isRestored.store(newValue ? 1 : 0, ordering: .releasing) }
    }

    func word(_ slot: Int) -> SessionWord { SessionWord(pair(slot).pointee.pair.load(ordering: .acquiring)) }

    func exchange(_ old: SessionWord, _ new: SessionWord, at slot: Int) -> Bool {
        pair(slot).pointee.pair.compareExchange(
            expected: old.pair,
            desired: new.pair,
            ordering: .acquiringAndReleasing
        ).exchanged
    }

    func numbers(_ slot: Int) -> UnsafeMutablePointer<Numbers> {
        members(slot).assumingMemoryBound(to: Numbers.self)
    }

    func id(_ slot: Int) -> SharedText { SharedText(at: members(slot) + 16, bytes: 48) }
    func principal(_ slot: Int) -> SharedText { SharedText(at: members(slot) + 64, bytes: 80) }
    func client(_ slot: Int) -> SharedText { SharedText(at: members(slot) + 144, bytes: 48) }
    func model(_ slot: Int) -> SharedText { SharedText(at: members(slot) + 192, bytes: 264) }

    private func members(_ slot: Int) -> UnsafeMutableRawPointer {
        memory.base + Self.memberOffset + slot * Self.memberBytes
    }

    private func pair(_ slot: Int) -> UnsafeMutablePointer<Slot> {
        (memory.base + Self.wordOffset + slot * 16).assumingMemoryBound(to: Slot.self)
    }

    private var control: UnsafeMutablePointer<Control> {
        (memory.base + SegmentHeader.bytes).assumingMemoryBound(to: Control.self)
    }

    private static func header(_ build: String) -> SegmentHeader {
        SegmentHeader(kind: "S", layout: 1, rowBytes: 16, rows: SessionTable.capacity, build: build)
    }
}
