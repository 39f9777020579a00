import Posix
import Synchronization

/// Where the limit table's words lie in shared memory.
///
///     offset     0   header, 64 bytes
///     offset    64   control: epoch, hash key, highest lease, overflows
///     offset   128   4096 slots of 16 bytes, and the overflow slot
///              …     a label of 64 bytes for each
///              …     for each lease, 4 bytes for each slot: requests in flight; pages appear as they are used
final class LimitMemory {
    private static let slots = LimitTable.capacity + 1
    private static let slotOffset = 2 * SegmentHeader.bytes
    private static let labelOffset = slotOffset + aligned(slots * 16)
    private static let leaseOffset = labelOffset + slots * LimitLabel.bytes
    private static let leaseBytes = aligned(slots * 4)
    private static let bytes = leaseOffset + Board.capacity * leaseBytes

    private struct Control: ~Copyable {
        /// Nanoseconds of the monotonic clock when the table was made.
        let epoch: Atomic<Int64>
        let key0: Atomic<UInt64>
        let key1: Atomic<UInt64>
        /// The highest lease that has ever counted.
        let highestLease: Atomic<Int>
        let overflows: Atomic<Int>
    }

    private struct Slot: ~Copyable { let pair: Atomic<WordPair> }
    private struct Counter: ~Copyable { let count: Atomic<Int32> }

    private let memory: SharedMemory
    /// Random for each daemon, so that nobody can choose names that share a slot.
    let key: (UInt64, UInt64)
    private let epoch: Int64

    init(build: String, at now: Moment) throws(SegmentFault) {
        memory = try Self.header(build).create("gatehouse-limits", bytes: Self.bytes)
        let random = Digest.random(16)
        let words = [random.prefix(8), random.suffix(8)].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        (key, epoch) = ((words[0], words[1]), now.nanoseconds)
        control.pointee.key0.store(key.0, ordering: .relaxed)
        control.pointee.key1.store(key.1, ordering: .relaxed)
        control.pointee.epoch.store(epoch, ordering: .relaxed)
    }

    init(mapping descriptor: CInt, build: String) throws(SegmentFault) {
        memory = try Self.header(build).map(descriptor, bytes: Self.bytes)
        let control = (memory.base + SegmentHeader.bytes).assumingMemoryBound(to: Control.self)
        epoch = control.pointee.epoch.load(ordering: .relaxed)
        key = (control.pointee.key0.load(ordering: .relaxed), control.pointee.key1.load(ordering: .relaxed))
    }

    var descriptor: CInt { memory.descriptor }
    var overflows: Int { control.pointee.overflows.load(ordering: .relaxed) }

    func countOverflow() { control.pointee.overflows.add(1, ordering: .relaxed) }

    func milliseconds(_ moment: Moment) -> Int { Int((moment.nanoseconds - epoch) / 1_000_000) }

    // MARK: Slots

    func word(_ slot: Int) -> LimitWord { LimitWord(pair(slot).pointee.pair.load(ordering: .acquiring)) }

    func store(_ word: LimitWord, at slot: Int) {
        pair(slot).pointee.pair.store(word.pair, ordering: .releasing)
    }

    func exchange(_ old: LimitWord, _ new: LimitWord, at slot: Int) -> Bool {
        pair(slot).pointee.pair.compareExchange(
            expected: old.pair,
            desired: new.pair,
            ordering: .acquiringAndReleasing
        ).exchanged
    }

    func label(_ slot: Int) -> LimitLabel {
        LimitLabel(at: memory.base + Self.labelOffset + slot * LimitLabel.bytes)
    }

    // MARK: In flight

    func hold(_ slot: Int, _ lease: Int) {
        if lease > control.pointee.highestLease.load(ordering: .relaxed) {
            control.pointee.highestLease.max(lease, ordering: .sequentiallyConsistent)
        }
        counter(slot, lease).pointee.count.add(1, ordering: .sequentiallyConsistent)
    }

    func release(_ slot: Int, _ lease: Int) {
        counter(slot, lease).pointee.count.subtract(1, ordering: .sequentiallyConsistent)
    }

    /// Of all leases together.
    func inFlight(_ slot: Int) -> Int {
        let highest = min(
            control.pointee.highestLease.load(ordering: .sequentiallyConsistent),
            Board.capacity - 1
        )
        guard highest >= 0 else { return 0 }
        return (0...highest).reduce(0) { sum, lease in
            sum + max(0, Int(counter(slot, lease).pointee.count.load(ordering: .sequentiallyConsistent)))
        }
    }

    func clear(lease: Int) {
        guard lease <= control.pointee.highestLease.load(ordering: .relaxed) else { return }
        for slot in 0..<Self.slots where counter(slot, lease).pointee.count.load(ordering: .relaxed) != 0 {
            counter(slot, lease).pointee.count.store(0, ordering: .sequentiallyConsistent)
        }
    }

    // MARK: Places

    private var control: UnsafeMutablePointer<Control> {
        (memory.base + SegmentHeader.bytes).assumingMemoryBound(to: Control.self)
    }

    private func pair(_ slot: Int) -> UnsafeMutablePointer<Slot> {
        (memory.base + Self.slotOffset + slot * 16).assumingMemoryBound(to: Slot.self)
    }

    private func counter(_ slot: Int, _ lease: Int) -> UnsafeMutablePointer<Counter> {
        (memory.base + Self.leaseOffset + lease * Self.leaseBytes + slot * 4).assumingMemoryBound(
            to: Counter.self
        )
    }

    private static func aligned(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 }

    private static func header(_ build: String) -> SegmentHeader {
        SegmentHeader(kind: "L", layout: 1, rowBytes: 16, rows: slots, build: build)
    }
}
