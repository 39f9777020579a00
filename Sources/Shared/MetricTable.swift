import Posix
import Synchronization

/// Counters and latencies by model, for every process, so that each can sum them over all: those that live and the dead.
///
///     let counts = table.counters(lease: row.number, label: table.label("echo"))
///     counts.add(.succeeded)
///     counts.observe(.total, microseconds: 1250)
///
/// A label is a name of the configuration; there is room for ``labelCount`` of them, and the first one, `other`, stands
/// for everything else. The supervisor adds what a dead process has counted to its own numbers.
package final class MetricTable {
    package static let labelCount = 64
    package static let other = 0
    private static let nameBytes = 8 + MetricLabel.nameBytes
    private static let attempts = 100
    private static let labelOffset = 2 * SegmentHeader.bytes
    private static let blockOffset = labelOffset + labelCount * nameBytes
    private static let blockBytes = labelCount * MetricCounters.bytes
    private static let bytes = blockOffset + Board.capacity * blockBytes

    private struct Control: ~Copyable {
        /// Odd while the supervisor moves the numbers of a dead process.
        let version: Atomic<Int>
        let highestLease: Atomic<Int>
    }

    private let memory: SharedMemory

    /// Makes a table in which nothing is counted.
    package init(build: String) throws(SegmentFault) {
        memory = try Self.header(build).create("gatehouse-metrics", bytes: Self.bytes)
        MetricLabel(at: place(ofLabel: Self.other)).claim("other")
    }

    /// Maps the table that the supervisor made.
    package init(mapping descriptor: CInt, build: String) throws(SegmentFault) {
        memory = try Self.header(build).map(descriptor, bytes: Self.bytes)
    }

    package var descriptor: CInt { memory.descriptor }

    // MARK: Labels

    /// The number of that name; ``other`` if there is no room for it.
    ///
    /// To be kept by the caller: it looks through all of them.
    package func label(_ name: String) -> Int {
        for number in 1..<Self.labelCount {
            let label = MetricLabel(at: place(ofLabel: number))
            if label.claim(name) || label.name == MetricLabel.cut(name) { return number }
        }
        return Self.other
    }

    /// Names by number; nil: it is not in use.
    package var labels: [String?] {
        (0..<Self.labelCount).map { MetricLabel(at: place(ofLabel: $0)).name }
    }

    // MARK: Counters

    /// What the process of that lease counts for a label.
    package func counters(lease: Int, label: Int) -> MetricCounters {
        let isKnown = (0..<Board.capacity).contains(lease) && (0..<Self.labelCount).contains(label)
        if isKnown, lease > control.pointee.highestLease.load(ordering: .relaxed) {
            control.pointee.highestLease.max(lease, ordering: .relaxed)
        }
        return counters(at: isKnown ? lease : Board.supervisorRow, isKnown ? label : Self.other)
    }

    /// The sums of all processes, by label.
    package func sums() -> [MetricSums] {
        for _ in 0..<Self.attempts {
            let version = control.pointee.version.load(ordering: .acquiring)
            let sums = (0..<Self.labelCount).map(sum)
            atomicMemoryFence(ordering: .acquiring)
            if version % 2 == 0, version == control.pointee.version.load(ordering: .relaxed) { return sums }
        }
        // The supervisor was stopped in the middle of it; a sum that is a little off is better than none.
        return (0..<Self.labelCount).map(sum)
    }

    /// Adds the numbers of a process that has been reaped to the supervisor's.
    package func release(lease: Int) {
        guard lease != Board.supervisorRow, lease <= control.pointee.highestLease.load(ordering: .relaxed)
        else { return }
        control.pointee.version.add(1, ordering: .sequentiallyConsistent)
        for label in 0..<Self.labelCount {
            counters(at: lease, label).move(to: counters(at: Board.supervisorRow, label))
        }
        control.pointee.version.add(1, ordering: .sequentiallyConsistent)
    }

    // MARK: Places

    private func sum(_ label: Int) -> MetricSums {
        var sums = MetricSums()
        let highest = min(control.pointee.highestLease.load(ordering: .relaxed), Board.capacity - 1)
        for lease in 0...max(0, highest) { counters(at: lease, label).add(to: &sums) }
        return sums
    }

    private func counters(at lease: Int, _ label: Int) -> MetricCounters {
        let offset = Self.blockOffset + lease * Self.blockBytes + label * MetricCounters.bytes
        return MetricCounters(at: memory.base + offset)
    }

    private func place(ofLabel number: Int) -> UnsafeMutableRawPointer {
        memory.base + Self.labelOffset + number * Self.nameBytes
    }

    private var control: UnsafeMutablePointer<Control> {
        (memory.base + SegmentHeader.bytes).assumingMemoryBound(to: Control.self)
    }

    private static func header(_ build: String) -> SegmentHeader {
        SegmentHeader(kind: "M", layout: 1, rowBytes: MetricCounters.bytes, rows: labelCount, build: build)
    }
}
