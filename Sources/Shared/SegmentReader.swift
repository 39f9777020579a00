import Posix

/// One segment, as the reader process has it.
///
/// It moves on as it reads. Where a commit fails, `position` is put back; at start it comes from the database.
package final class SegmentReader {
    /// What the next look at a segment brought.
    package enum Step: Equatable, Sendable {
        /// At least one record, in order.
        case records([JournalEntry])
        /// Nothing now; its writer lives.
        case waiting
        /// Nothing, for ever: when all is committed it may be retired.
        case finished
        /// What no writer leaves stands at that offset, or the file was cut short; it is to be set aside.
        case bad(offset: Int)
    }

    enum Carrier {
        case file(MappedFile, path: String)
        case pool(Int)
    }

    /// With the offset, the key under which a record is imported.
    package let id: JournalID
    /// The process that wrote it.
    package let writer: UInt64
    /// Nanoseconds since 1970.
    package let created: Int64
    /// Where the next record begins, or will.
    package var position = JournalSegment.recordOffset

    let carrier: Carrier
    /// Which of its writer's segments it is; nil until that was seen.
    private(set) var order: UInt64?
    private let segment: JournalSegment

    init(_ segment: JournalSegment, _ carrier: Carrier) {
        self.segment = segment
        self.carrier = carrier
        (id, writer, created) = (segment.id, segment.writer, segment.created)
    }

    /// The segment in a file; nil if it is none that this build can read, or another than its name says.
    ///
    /// - Throws: what says nothing about the file, such as a shortage of descriptors.
    convenience init?(_ path: String, id: JournalID) throws(Errno) {
        guard let file = try MappedFile(reading: FileSystem.openFile(path)),
            let segment = JournalSegment(reading: file.base, bytes: file.count), segment.id == id
        else { return nil }
        self.init(segment, .file(file, path: path))
    }

    /// Goes back to the first record.
    package func rewind() { position = JournalSegment.recordOffset }

    /// Whether the segment is in memory: it goes with the daemon.
    package var isInMemory: Bool {
        switch carrier {
        case .file: false
        case .pool: true
        }
    }

    /// Records from `position` on, about `limitBytes` of them, at least one if there is one.
    package func next(limitBytes: Int = 1 << 20) -> Step {
        let places = JournalSegment.recordOffset...segment.count
        guard isWhole, places.contains(position), position % 8 == 0 else { return .bad(offset: position) }
        return read(limitBytes) ?? conclude(limitBytes)
    }

    /// What is true when nothing was there a moment ago.
    ///
    /// Something may have been published between that look and the end of its writer.
    func conclude(_ limitBytes: Int) -> Step {
        StopPoint.reach(.looked)
        guard hasEnded else { return .waiting }
        return read(limitBytes) ?? .finished
    }

    /// Takes notice of the order as soon as there is one, and says whether it has just become known.
    ///
    /// A file whose writer ended before its turn came has order 0: there is nothing in it.
    func noteOrder() -> Bool {
        guard order == nil else { return false }
        switch segment.state.phase {
        case .prepared:
            guard hasEnded else { return false }
            // It may have opened and ended since.
            order = segment.state.phase == .prepared ? 0 : segment.order
        case .open, .sealed, .abandoned, .free, .claimed, .retiring, nil: order = segment.order
        }
        return true
    }

    /// Whether its writer will add nothing: what it added before is seen by who asks this first.
    var hasEnded: Bool {
        if segment.state.hasEnded { return true }
        switch carrier {
        case .file(let file, _): return (try? FileLock.isTaken(file.descriptor)) == false
        case .pool: return false
        }
    }

    /// All of it, to be kept elsewhere.
    var bytes: [UInt8] { [UInt8](UnsafeRawBufferPointer(start: segment.base, count: segment.count)) }

    private var isWhole: Bool {
        switch carrier {
        case .file(let file, _): file.size.map { $0 >= segment.count } ?? false
        case .pool: true
        }
    }

    private func read(_ limitBytes: Int) -> Step? {
        var (entries, bytes): ([JournalEntry], Int) = ([], 0)
        repeat {
            switch JournalRecord.read(at: segment.base + position, room: segment.count - position) {
            case .nothing: return entries.isEmpty ? nil : .records(entries)
            case .bad: return entries.isEmpty ? .bad(offset: position) : .records(entries)
            case .record(let payload):
                let end = position + JournalRecord.size(payload.count)
                entries.append(JournalEntry(offset: position, endOffset: end, payload: payload))
                (position, bytes) = (end, bytes + end - position)
            }
        } while bytes < limitBytes
        return .records(entries)
    }
}
