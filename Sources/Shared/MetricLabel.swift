import Synchronization

/// The name of a label, in 272 bytes of shared memory; once it has one it keeps it.
///
/// The first word says how far it is: 0 free, 1 being written, above that 1 and the length. Whoever dies in between leaves
/// a label that nobody can use.
struct MetricLabel {
    /// As much as a model's name can have, and some.
    static let nameBytes = 264

    private struct Head: ~Copyable { let state: Atomic<Int> }

    private let base: UnsafeMutableRawPointer

    init(at base: UnsafeMutableRawPointer) { self.base = base }

    /// Nil: it is free, or not written yet.
    var name: String? {
        let count = head.pointee.state.load(ordering: .acquiring) - 1
        guard (1...Self.nameBytes).contains(count) else { return nil }
        return String(decoding: UnsafeRawBufferPointer(start: base + 8, count: count), as: UTF8.self)
    }

    /// Gives it that name; false if it has one.
    @discardableResult
    func claim(_ name: String) -> Bool {
        guard head.pointee.state.compareExchange(expected: 0, desired: 1, ordering: .acquiring).exchanged
        else { return false }
        let bytes = Array(Self.cut(name).utf8)
        bytes.withUnsafeBytes {
            (base + 8).copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(base), byteCount: $0.count)
        }
        head.pointee.state.store(bytes.count + 1, ordering: .releasing)
        return true
    }

    /// As much of a name as there is room for.
    static func cut(_ name: String) -> String {
        var name = name
        while name.utf8.count > nameBytes { name.removeLast() }
        return name
    }

    private var head: UnsafeMutablePointer<Head> { base.assumingMemoryBound(to: Head.self) }
}
