import Posix

/// Where a process puts its records: the file it has, the next one, the pool, in that order.
///
/// An append is memory traffic only. Records of one writer are read in the order in which it appended them.
///
///     let writer = JournalWriter(memory: memory, lease: row.number, writer: .random(in: 1 ... .max))
///     if writer.needsSegment { …the helper makes a FileSegment, then on the loop: writer.adopt(file) }
///     switch writer.append(bytes.span) {
///     case .stored(let mustRing): if mustRing { …write the store's eventfd }
///     case .full: …usage_full decides
///     case .refused: …
///     }
package final class JournalWriter {
    /// What became of a record.
    package enum Outcome: Equatable, Sendable {
        /// It survives this process; `mustRing`: the reader sleeps and is to be woken.
        case stored(mustRing: Bool)
        /// There is no place for it, which the memory counts.
        case full
        /// It is empty or over 64 KiB.
        case refused
    }

    private enum Carrier {
        case file(FileSegment)
        case pool(JournalSegment)

        var segment: JournalSegment {
            switch self {
            case .file(let file): file.segment
            case .pool(let segment): segment
            }
        }
    }

    private let memory: JournalMemory
    private let lease: Int
    private let writer: UInt64
    private var current: Carrier?
    private var spare: FileSegment?
    /// Where the next record goes; meaningless while `room` is 0.
    private var place: UnsafeMutableRawPointer?
    private var room = 0
    /// With less room than this it is time for the next file.
    private var enough = Int.max
    private var order: UInt64 = 0
    private var isCurrentDirty = false
    private var sealedDirty: [FileSegment] = []

    /// A writer without a file.
    ///
    /// `lease`: the number of the process's row on the board. `writer`: random, of this process only.
    package init(memory: JournalMemory, lease: Int, writer: UInt64) {
        self.memory = memory
        self.lease = lease
        self.writer = writer
    }

    /// Stores one record, if `reserve` bytes are left behind it for those that have to follow.
    package func append(_ payload: Span<UInt8>, reserve: Int = 0) -> Outcome {
        guard payload.count > 0, payload.count <= JournalRecord.limit else { return .refused }
        let size = JournalRecord.size(payload.count)
        let wanted = size + min(reserve, JournalMemory.segmentBytes / 2)
        guard wanted <= room || changeSegment(for: wanted), let place else {
            // One that has another to follow it is not lost: that one says all.
            if reserve == 0 { memory.countDropped() }
            return .full
        }
        payload.withUnsafeBytes { JournalRecord.write($0, at: place) }
        self.place = place + size
        room -= size
        isCurrentDirty = true
        return .stored(mustRing: memory.takeBell())
    }

    /// Whether it is time for the next file; the caller has one made, and waits a while after a failure.
    ///
    /// That is when a quarter of the file is used, so that an idle process holds one file and not two, and always
    /// while there is no file.
    package var needsSegment: Bool { spare == nil && room < enough }

    /// Takes a file that was made for this writer: as the next, or at once where there is none or only the pool.
    package func adopt(_ file: FileSegment) {
        switch current {
        case .file:
            spare?.segment.state = JournalState(.sealed)
            spare = file
        case .pool, nil: change(to: .file(file))
        }
    }

    /// The files written to since the last call, for the helper thread to synchronize.
    package func takeDirty() -> [FileSegment] {
        defer { (sealedDirty, isCurrentDirty) = ([], false) }
        guard isCurrentDirty, case .file(let file) = current else { return sealedDirty }
        return sealedDirty + [file]
    }

    /// Gives up files that were deleted; the one with records, for ``FileSegment/restore(in:)``, or nil.
    package func giveUpDeleted() -> FileSegment? {
        if let file = spare, file.isDeleted { spare = nil }
        guard case .file(let file)? = current, file.isDeleted else { return nil }
        sealCurrent()
        return file
    }

    /// Ends all this writer has, at an orderly exit.
    package func seal() {
        sealCurrent()
        spare?.segment.state = JournalState(.sealed)
        spare = nil
    }

    private func changeSegment(for size: Int) -> Bool {
        if let file = spare {
            spare = nil
            change(to: .file(file))
        } else if let segment = memory.claim(lease: lease, writer: writer) {
            change(to: .pool(segment))
        }
        return size <= room
    }

    /// The old one is sealed before the new one is open, and opens only with its order: so the reader keeps them apart.
    private func change(to next: Carrier) {
        sealCurrent()
        order += 1
        next.segment.order = order
        StopPoint.reach(.ordered)
        switch next {
        case .file:
            enough = next.segment.count / 4 * 3
            next.segment.state = JournalState(.open)
        case .pool: next.segment.state = JournalState(.open, lease: lease)
        }
        StopPoint.reach(.opened)
        current = next
        place = next.segment.base + JournalSegment.recordOffset
        room = next.segment.count - JournalSegment.recordOffset
    }

    private func sealCurrent() {
        StopPoint.reach(.sealing)
        switch current {
        case .file(let file):
            file.segment.state = JournalState(.sealed)
            if isCurrentDirty { sealedDirty.append(file) }
        case .pool(let segment):
            _ = segment.exchange(JournalState(.open, lease: lease), JournalState(.sealed, lease: lease))
        case nil: break
        }
        StopPoint.reach(.sealed)
        (current, place, room, enough, isCurrentDirty) = (nil, nil, 0, .max, false)
    }
}
