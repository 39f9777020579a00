import Posix
import Synchronization

/// The last requests of each worker's slot, which outlive the workers.
///
/// One that leaves may write beside the one that follows it: each takes a number, and the row of that number.
package final class RequestRings {
    package static let rows = 4096
    package static let rowBytes = 512
    /// As many as there can be workers.
    package static let rings = 64

    private static let ringBytes = SegmentHeader.bytes + rows * rowBytes
    private static let bytes = SegmentHeader.bytes + rings * ringBytes

    private struct Head: ~Copyable { let next: Atomic<Int> }
    /// Its row's number and 1 when all of it is written; 0 before.
    private struct RowHead: ~Copyable { let number: Atomic<Int> }

    private let memory: SharedMemory

    /// Makes empty rings.
    package init(build: String) throws(SegmentFault) {
        memory = try Self.header(build).create("gatehouse-requests", bytes: Self.bytes)
    }

    /// Maps the rings that the supervisor made.
    package init(mapping descriptor: CInt, build: String) throws(SegmentFault) {
        memory = try Self.header(build).map(descriptor, bytes: Self.bytes)
    }

    package var descriptor: CInt { memory.descriptor }

    /// Keeps a request, in the place of the oldest.
    package func append(ring: Int, _ write: (consuming RequestTrace.Pen) -> Void) {
        guard (0..<Self.rings).contains(ring) else { return }
        let number = head(ring).pointee.next.add(1, ordering: .relaxed).oldValue
        let row = row(ring, number & (Self.rows - 1))
        rowHead(row).pointee.number.store(0, ordering: .sequentiallyConsistent)
        write(RequestTrace.Pen(place: row + 8))
        rowHead(row).pointee.number.store(number &+ 1, ordering: .releasing)
    }

    /// Requests of that name, ours or the client's; the newest first.
    package func find(_ name: String) -> [RequestTrace] {
        // As much of it as there is room for.
        let name = String(decoding: name.utf8.prefix(RequestTrace.textLimits[1]), as: UTF8.self)
        return (0..<Self.rings).filter { head($0).pointee.next.load(ordering: .relaxed) > 0 }
            .flatMap { ring in (0..<Self.rows).compactMap { read(row(ring, $0)) } }
            .filter { $0.id == name || $0.name == name }
            .sorted { $0.at > $1.at }
    }

    /// Nil: nothing stands there, or it was written while it was read.
    private func read(_ row: UnsafeMutableRawPointer) -> RequestTrace? {
        let number = rowHead(row).pointee.number.load(ordering: .acquiring)
        guard number != 0 else { return nil }
        let bytes = [UInt8](UnsafeRawBufferPointer(start: row + 8, count: Self.rowBytes - 8))
        atomicMemoryFence(ordering: .acquiring)
        guard rowHead(row).pointee.number.load(ordering: .relaxed) == number else { return nil }
        return RequestTrace(reading: bytes)
    }

    private func head(_ ring: Int) -> UnsafeMutablePointer<Head> {
        (memory.base + SegmentHeader.bytes + ring * Self.ringBytes).assumingMemoryBound(to: Head.self)
    }

    private func row(_ ring: Int, _ place: Int) -> UnsafeMutableRawPointer {
        memory.base + 2 * SegmentHeader.bytes + ring * Self.ringBytes + place * Self.rowBytes
    }

    private func rowHead(_ row: UnsafeMutableRawPointer) -> UnsafeMutablePointer<RowHead> {
        row.assumingMemoryBound(to: RowHead.self)
    }

    private static func header(_ build: String) -> SegmentHeader {
        SegmentHeader(kind: "R", layout: 1, rowBytes: rowBytes, rows: rings * rows, build: build)
    }
}
