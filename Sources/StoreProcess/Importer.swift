import Events
import Gateway
import Log
import Posix
import Shared

/// Brings the journal into the database, batch by batch, and each record once.
///
/// It sleeps until a writer rings. What cannot be written stays in the journal, and is tried again every second.
final class Importer {
    /// How long records are left to gather before the next batch.
    private static let gathering = Duration.milliseconds(10)
    /// The same when there are many: each batch keeps a core for a millisecond, and requests wait for that core.
    private static let longGathering = Duration.milliseconds(40)
    private static let many = 32
    /// The dead do not ring, so it looks by itself as often.
    private static let interval = Duration.seconds(1)

    private let reader: JournalReader
    private let board: Board
    /// The journal has one reader at a time: whoever holds the lock of this file.
    private let lockPath: String
    private var lock: Descriptor?
    private let database: DatabaseKeeper
    private let loop: EventLoop
    private let log: Logger
    private let bell: Broadcast
    private var pause = gathering
    private var isRung = false
    private var isStopped = false
    /// Until when what is left is read.
    private var end = Moment.now
    private var isDone = false
    /// Those whose requests may still be under way, by what was read.
    private var writers: Set<UInt64> = []
    /// Segments whose position has come from the database.
    private var placed: Set<JournalID> = []
    private var hasBegun = false

    /// Why the last batch could not be written; nil: it was.
    private(set) var fault: StoreFault?
    /// Requests whose usage has been written since the start.
    private(set) var imported = 0
    /// Given what has just been committed.
    var onCommit: ([JournalReceipt.Row]) -> Void = { _ in }

    init(
        _ shared: SharedState,
        folder: String,
        lockPath: String,
        into database: DatabaseKeeper,
        log: Logger,
        on loop: EventLoop
    ) {
        reader = JournalReader(folder: folder, memory: shared.journal)
        board = shared.board
        self.lockPath = lockPath
        self.database = database
        self.log = log
        self.loop = loop
        bell = Broadcast(on: loop)
    }

    /// Segments that cannot be read, and were kept.
    var hasBadSegments: Bool { !reader.badFiles.isEmpty }

    /// Another database knows for itself how far it has read.
    func startAnew() { (placed, hasBegun) = ([], false) }

    /// Somebody has written something.
    func ring() {
        isRung = true
        bell.announce()
    }

    /// Works until ``finish(within:)``.
    func run() async {
        await takeOver()
        while !isStopped {
            isRung = false
            reader.wantBell()
            do throws(StoreFault) {
                let isMore = try await work()
                succeeded()
                if isMore { await loop.sleep(for: pause) }
                if !isMore { _ = await bell.until(within: Self.interval) { isRung || isStopped } }
            } catch {
                failed(error)
                _ = await bell.until(within: Self.interval) { isStopped }
            }
        }
        while lock != nil, Moment.now < end, (try? await work()) == true {}
        lock = nil
        isDone = true
        bell.announce()
    }

    /// Stops, after what is left has been read, if that takes no longer than `limit`.
    func finish(within limit: Duration) async {
        (isStopped, end) = (true, .now + limit)
        bell.announce()
        _ = await bell.until(within: limit + .seconds(1)) { isDone }
    }

    /// Waits for the store that this one follows to be done.
    private func takeOver() async {
        while !isStopped {
            do throws(Errno) {
                lock = try FileSystem.lock(lockPath)
            } catch {
                log.error("the journal's lock cannot be had", ["reason": .init(error)])
            }
            if lock != nil { return }
            await loop.sleep(for: Self.gathering)
        }
    }

    /// Takes in what is there now, at most a batch.
    ///
    /// - Returns: whether there was anything.
    private func work() async throws(StoreFault) -> Bool {
        try await begin()
        // Whoever is not on the board before the look has nothing that the look does not find.
        let living = Set(board.rows.map(\.writer))
        reader.scan()
        try await place()
        let found = collect()
        let ended = writers.subtracting(living).subtracting(reader.segments.map(\.writer))
        let batch = JournalBatch(entries: found.entries, ended: ended.map(Self.name))
        pause = batch.entries.count >= Self.many && !batch.isLong ? Self.longGathering : Self.gathering
        let isNew = !batch.entries.isEmpty || !ended.isEmpty
        if isNew {
            try await take(batch)
            writers.subtract(ended)
        }
        let retired = try await retire(found.finished)
        let kept = found.bad.count(where: setAside)
        return isNew || retired + kept > 0
    }

    // MARK: Steps

    /// Requests that were under way when the store last ran may have ended with their worker.
    private func begin() async throws(StoreFault) {
        guard !hasBegun else { return }
        let known = try await database.call { store throws(StoreFault) in try store.writersUnderWay() }
        writers.formUnion(known.compactMap { UInt64($0, radix: 16) })
        hasBegun = true
    }

    /// Puts each segment that is new here to where the database has read it.
    private func place() async throws(StoreFault) {
        let new = reader.segments.filter { !placed.contains($0.id) }
        guard !new.isEmpty else { return }
        let known = try await database.call { store throws(StoreFault) in try store.segments() }
        for segment in new {
            segment.rewind()
            if let place = known.first(where: { $0.id == segment.id.description }) {
                segment.position = max(segment.position, place.offset)
            }
            placed.insert(segment.id)
            writers.insert(segment.writer)
        }
    }

    private struct Found {
        var entries: [JournalBatch.Entry] = []
        var finished: [SegmentReader] = []
        var bad: [SegmentReader] = []
    }

    private func collect() -> Found {
        var found = Found()
        for segment in reader.readable {
            switch segment.next(limitBytes: JournalBatch.limitBytes) {
            case .records(let entries): found.entries += entries.map { Self.entry($0, of: segment) }
            case .waiting: break
            case .finished: found.finished.append(segment)
            case .bad(let offset):
                let fields: KeyValuePairs<String, LogLine.Value> = [
                    "segment": .init(segment.id.description), "offset": .init(offset),
                ]
                log.error("a journal segment is damaged", fields)
                found.bad.append(segment)
            }
        }
        return found
    }

    private static func entry(_ entry: JournalEntry, of segment: SegmentReader) -> JournalBatch.Entry {
        JournalBatch.Entry(
            segment: segment.id.description,
            writer: name(of: segment.writer),
            offset: entry.offset,
            end: entry.endOffset,
            payload: entry.payload
        )
    }

    private static func name(of writer: UInt64) -> String { String(writer, radix: 16) }

    private func take(_ batch: JournalBatch) async throws(StoreFault) {
        let receipt: JournalReceipt
        do throws(StoreFault) {
            receipt = try await database.call { store throws(StoreFault) in try store.take(batch) }
        } catch {
            // Where to go on is asked again, of whatever database is there then.
            placed = []
            throw error
        }
        imported += receipt.rows.count
        if !receipt.rows.isEmpty { onCommit(receipt.rows) }
        for bad in receipt.bad { setAside(bad) }
    }

    /// Removes segments that were read to their end, once no power cut can undo what was read; returns how many.
    private func retire(_ finished: [SegmentReader]) async throws(StoreFault) -> Int {
        var count = 0
        for segment in finished {
            let (id, position) = (segment.id.description, segment.position)
            let isSafe = try await database.call { store throws(StoreFault) in
                try store.securedOffset(of: id).map { $0 >= position } ?? true
            }
            guard isSafe else { continue }
            do throws(Errno) {
                try reader.retire(segment)
            } catch {
                log.error("a journal segment cannot be removed", ["reason": .init(error)])
                continue
            }
            count += 1
            placed.remove(segment.id)
            try await database.call { store throws(StoreFault) in try store.forget(segment: id) }
        }
        return count
    }

    private func setAside(_ bad: JournalReceipt.Bad) {
        log.error(
            "a usage record cannot be read",
            ["segment": .init(bad.segment), "offset": .init(bad.offset), "reason": .init("\(bad.fault)")]
        )
        for segment in reader.segments where segment.id.description == bad.segment { _ = setAside(segment) }
    }

    /// False if that is to be tried again.
    private func setAside(_ segment: SegmentReader) -> Bool {
        do throws(Errno) {
            return try reader.setAside(segment)
        } catch {
            log.error("a damaged journal segment cannot be set aside", ["reason": .init(error)])
            return false
        }
    }

    // MARK: Faults

    private func succeeded() {
        if fault != nil { log.info("the database takes usage again", ["path": .init(database.path)]) }
        fault = nil
    }

    private func failed(_ fault: StoreFault) {
        if self.fault != fault {
            log.error("usage waits in the journal", ["reason": .init(fault.sentence(path: database.path))])
        }
        self.fault = fault
    }
}
