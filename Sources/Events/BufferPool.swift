/// Memory for what has been read and not yet used, lent for as long as there is something in it.
package final class BufferPool {
    /// The size of one piece in bytes.
    package static let pieceSize = 16_384
    private static let keptPieces = 64

    private var pieces: [UnsafeMutableRawPointer] = []

    package init() {}

    deinit { pieces.forEach { $0.deallocate() } }

    func take() -> UnsafeMutableRawPointer {
        pieces.popLast() ?? .allocate(byteCount: Self.pieceSize, alignment: 16)
    }

    func give(back piece: UnsafeMutableRawPointer) {
        if pieces.count < Self.keptPieces { pieces.append(piece) } else { piece.deallocate() }
    }
}

/// Bytes that have been read and not yet used; an empty one holds no memory.
package final class InputBuffer {
    private let pool: BufferPool
    private var storage: UnsafeMutableRawPointer?
    private var capacity = 0
    private var start = 0
    private var end = 0

    package init(_ pool: BufferPool) { self.pool = pool }

    deinit { free() }

    /// What has been read and not consumed; valid until the next call to the buffer.
    package var unread: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: storage.map { UnsafeRawPointer($0) + start }, count: end - start)
    }

    package var isEmpty: Bool { start == end }
    package var count: Int { end - start }

    /// The first `count` unread bytes have been used.
    package func consume(_ count: Int) {
        start += count
        if start == end {
            start = 0
            end = 0
        }
    }

    /// Gives the memory back if nothing is left in it; called before waiting.
    package func release() { if isEmpty { free() } }

    /// Room behind the unread bytes, at least 4 KiB of it.
    func room() -> UnsafeMutableRawBufferPointer {
        let storage = makeRoom()
        return UnsafeMutableRawBufferPointer(start: storage + end, count: capacity - end)
    }

    func filled(_ count: Int) { end += count }

    /// Adds bytes that came another way, as after a protocol switch.
    package func append(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let room = room()
            let part = rest.prefix(room.count)
            room.copyBytes(from: part)
            filled(part.count)
            rest = rest.dropFirst(part.count)
        }
    }

    private func makeRoom() -> UnsafeMutableRawPointer {
        guard let storage else {
            let piece = pool.take()
            self.storage = piece
            capacity = BufferPool.pieceSize
            return piece
        }
        if capacity - end >= 4096 { return storage }
        if start > 0, capacity - count >= 8192 {
            storage.copyMemory(from: storage + start, byteCount: count)
            (start, end) = (0, count)
            return storage
        }
        return grow(storage)
    }

    private func grow(_ old: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        let (newCapacity, length) = (max(capacity * 2, BufferPool.pieceSize), count)
        let new = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 16)
        new.copyMemory(from: old + start, byteCount: length)
        free()
        storage = new
        (capacity, start, end) = (newCapacity, 0, length)
        return new
    }

    private func free() {
        guard let storage else { return }
        if capacity == BufferPool.pieceSize { pool.give(back: storage) } else { storage.deallocate() }
        self.storage = nil
        (capacity, start, end) = (0, 0, 0)
    }
}
