import Posix
import Synchronization

/// What all writers and the reader of the journal share: serial numbers, the bell, and segments for when no file is
/// to be had.
///
///     offset    0   header, 64 bytes, kind "P"
///     offset   64   boot id, next serial, records dropped, bell wanted: 8 bytes each
///     offset 4096   64 segments of 256 KiB; pages appear as they are used
///
/// The supervisor makes it and tells it which processes are dead; all others inherit the descriptor.
package final class JournalMemory: Sendable {
    /// How many segments the pool has.
    package static let segmentCount = 64
    /// How long each of them is.
    package static let segmentBytes = 256 << 10

    private static let poolOffset = 4096
    private static let bytes = poolOffset + segmentCount * segmentBytes

    private struct Control: ~Copyable {
        let boot: Atomic<UInt64>
        let serial: Atomic<UInt64>
        let dropped: Atomic<Int>
        let bell: Atomic<Int>
    }

    private let memory: SharedMemory
    let build: String

    /// Makes an empty pool.
    ///
    /// `boot`: what no other start of the daemon has had.
    package init(build: String, boot: UInt64 = .random(in: 1 ... .max)) throws(SegmentFault) {
        self.build = build
        memory = try Self.header(build).create("gatehouse-journal", bytes: Self.bytes)
        control.pointee.boot.store(boot, ordering: .relaxed)
        control.pointee.serial.store(1, ordering: .releasing)
    }

    /// Maps the pool that a supervisor of this layout made, of this build or of one before.
    package init(mapping descriptor: CInt, build: String) throws(SegmentFault) {
        self.build = build
        do throws(Errno) {
            memory = try SharedMemory(mapping: descriptor, bytes: Self.bytes)
        } catch {
            throw .system(error.description)
        }
        let (found, own) = (memory.base.load(as: SegmentHeader.self), Self.header(build))
        guard found.isReadable(as: own), found.rows == own.rows else { throw .foreign }
    }

    /// What the children inherit.
    package var descriptor: CInt { memory.descriptor }
    /// The first half of every id given here.
    package var boot: UInt64 { control.pointee.boot.load(ordering: .relaxed) }

    /// An id that nobody has had.
    func takeID() -> JournalID {
        JournalID(boot: boot, serial: control.pointee.serial.add(1, ordering: .relaxed).oldValue)
    }

    // MARK: Dropped

    /// Records for which there was no place, of all writers.
    package var dropped: Int { control.pointee.dropped.load(ordering: .relaxed) }

    func countDropped() { control.pointee.dropped.add(1, ordering: .relaxed) }

    // MARK: Bell

    /// Says that the reader is about to sleep; it must look for records once more before it does.
    ///
    /// The fence stands against the one in ``takeBell()``: of a record published and a bell wanted at the same time,
    /// at least one is seen by the other side.
    func wantBell() {
        control.pointee.bell.store(1, ordering: .relaxed)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
    }

    /// Whether the reader is to be woken by this caller, after it has published.
    @inline(__always)
    func takeBell() -> Bool {
        let bell = control
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        guard bell.pointee.bell.load(ordering: .relaxed) != 0 else { return false }
        return bell.pointee.bell.exchange(0, ordering: .acquiringAndReleasing) != 0
    }

    // MARK: Pool

    /// The segments nobody has.
    package var freeSegments: Int { pool.count { segment(at: $0).state.phase == .free } }

    var pool: Range<Int> { 0..<Self.segmentCount }

    func segment(at index: Int) -> JournalSegment {
        JournalSegment(
            at: memory.base + Self.poolOffset + index * Self.segmentBytes,
            bytes: Self.segmentBytes
        )
    }

    /// Takes a free segment for the writer with that lease, named and not open; nil if there is none.
    func claim(lease: Int, writer: UInt64) -> JournalSegment? {
        for step in pool {
            let segment = segment(at: (lease + step) % Self.segmentCount)
            guard segment.exchange(JournalState(.free), JournalState(.claimed, lease: lease)) else {
                continue
            }
            StopPoint.reach(.claimed)
            segment.name(takeID(), writer: writer, created: WallClock.nanoseconds, build: build)
            StopPoint.reach(.named)
            return segment
        }
        return nil
    }

    /// Gives up what a process had; the supervisor calls it when it has reaped it, before anybody gets its lease.
    ///
    /// A segment that was never opened has no records and is free at once; the reader frees the others.
    package func ended(lease: Int) {
        for index in pool {
            let (segment, state) = (segment(at: index), segment(at: index).state)
            guard state.lease == lease else { continue }
            switch state.phase {
            case .claimed: _ = segment.exchange(state, JournalState(.free))
            case .open: _ = segment.exchange(state, JournalState(.abandoned, lease: lease))
            case .free, .prepared, .sealed, .abandoned, .retiring, nil: break
            }
        }
    }

    /// Makes a segment that has ended zeros, then free; what another reader began is finished.
    func retire(_ index: Int) {
        let segment = segment(at: index)
        let state = segment.state
        guard state.hasEnded || state.phase == .retiring else { return }
        guard segment.exchange(state, JournalState(.retiring, lease: state.lease)) else { return }
        StopPoint.reach(.retiring)
        let offset = Self.poolOffset + index * Self.segmentBytes
        memory.clear(offset: offset + JournalSegment.recordOffset, bytes: 4096 - JournalSegment.recordOffset)
        StopPoint.reach(.halfCleared)
        memory.clear(offset: offset + 4096, bytes: Self.segmentBytes - 4096)
        StopPoint.reach(.cleared)
        segment.state = JournalState(.free)
        StopPoint.reach(.freed)
    }

    private var control: UnsafeMutablePointer<Control> {
        (memory.base + SegmentHeader.bytes).assumingMemoryBound(to: Control.self)
    }

    private static func header(_ build: String) -> SegmentHeader {
        SegmentHeader(kind: "P", layout: 1, rowBytes: segmentBytes, rows: segmentCount, build: build)
    }
}
