import Events
import Log
import Posix
import Shared

/// This worker's journal of usage: has its files made ahead of need, and put on the disk once a second.
final class UsageJournal {
    private static let syncInterval = Duration.seconds(1)
    /// As much as a record of what a request has cost can take.
    private static let closedBytes = 1536
    /// After a file could not be made, so long the memory's pool must do.
    private static let rest = Duration.seconds(1)
    private static let quiet = Duration.seconds(60)

    private let writer: JournalWriter
    private let memory: JournalMemory
    private let bell: Bell
    private let folder: String
    /// Which of all processes this is.
    let number: UInt64
    private let loop: EventLoop
    private let log: Logger
    private let spawn: (@escaping () async -> Void) -> Void
    private var isMaking = false
    /// Requests whose beginning was written down, and not yet what they cost.
    private var underWay = 0
    private var restUntil = Moment(nanoseconds: 0)
    private var lastSync = Moment.now
    private var lastComplaint: Moment?

    /// Why records do not go to a file; nil: they do.
    private var fault: JournalFault?
    /// The last record had no place at all.
    private var isFull = false

    init(
        _ shared: SharedState,
        lease: Int,
        folder: String,
        log: Logger,
        on loop: EventLoop,
        spawn: @escaping (@escaping () async -> Void) -> Void,
    ) {
        self.folder = folder
        self.log = log
        self.loop = loop
        self.spawn = spawn
        memory = shared.journal
        bell = shared.journalBell
        number = .random(in: 1 ... .max)
        writer = JournalWriter(memory: memory, lease: lease, writer: number)
    }

    /// Makes the first file, before there are requests.
    func begin() { take(Self.makeFile(folder, memory, number)) }

    /// Writes down that a request of that name begins, if what it costs will have a place too.
    func open(_ name: String, _ spell: (inout Pen) -> Void) -> Bool {
        let isOpen = append(name, reserve: (underWay + 1) * Self.closedBytes, spell)
        if isOpen { underWay += 1 }
        return isOpen
    }

    /// Writes down what a request has cost.
    func close(_ name: String, wasOpened: Bool, _ spell: (inout Pen) -> Void) {
        if wasOpened { underWay -= 1 }
        _ = append(name, reserve: 0, spell)
    }

    private func append(_ name: String, reserve: Int, _ spell: (inout Pen) -> Void) -> Bool {
        var outcome = JournalWriter.Outcome.refused
        Pen.lend(spell) { outcome = writer.append($0, reserve: reserve) }
        if writer.needsSegment { prepare() }
        isFull = false
        switch outcome {
        case .stored(let mustRing):
            if mustRing { bell.ring() }
            return true
        case .full:
            isFull = true
            return false
        case .refused:
            log.error("a usage record is too long", ["id": .init(name)])
            return true
        }
    }

    /// Looks after the files; called with every heartbeat.
    func tend() {
        if writer.needsSegment { prepare() }
        guard Moment.now - lastSync >= Self.syncInterval else { return }
        lastSync = .now
        restoreDeleted()
        let dirty = writer.takeDirty()
        guard !dirty.isEmpty else { return }
        spawn { await self.synchronize(dirty) }
    }

    var trouble: Trouble? { isFull ? .journalFull : fault == nil ? nil : .journalInMemory }

    func end() { writer.seal() }

    // MARK: Files

    private func prepare() {
        guard !isMaking, Moment.now >= restUntil else { return }
        isMaking = true
        spawn { await self.make() }
    }

    private func make() async {
        let (folder, memory, number) = (folder, memory, number)
        let made = try? await loop.blocking { _ in Self.makeFile(folder, memory, number) }
        isMaking = false
        take(made ?? .failure(.other("there is no helper thread")))
    }

    private static func makeFile(_ folder: String, _ memory: JournalMemory, _ number: UInt64)
        -> Result<FileSegment, JournalFault>
    {
        try? FileSystem.makeDirectory(folder, mode: 0o700)
        return Result { () throws(JournalFault) in
            try FileSegment(in: folder, for: memory, writer: number)
        }
    }

    private func take(_ made: Result<FileSegment, JournalFault>) {
        switch made {
        case .success(let file):
            if fault != nil { log.info("the journal is written to files again") }
            (fault, lastComplaint, isFull) = (nil, nil, false)
            writer.adopt(file)
        case .failure(let reason):
            fault = reason
            restUntil = .now + Self.rest
            complain(reason.description)
        }
    }

    /// Somebody has swept the folder: goes on in another file, and writes the old one anew.
    private func restoreDeleted() {
        guard let file = writer.giveUpDeleted() else { return }
        complain("\(folder)/\(file.id).journal was deleted; it is written again")
        let folder = folder
        spawn {
            let fault = try? await self.loop.blocking { _ -> JournalFault? in
                do throws(JournalFault) { try file.restore(in: folder) } catch { return error }
                return nil
            }
            if let fault { self.complain(fault.description) }
        }
    }

    private func synchronize(_ files: [FileSegment]) async {
        let fault = try? await loop.blocking { _ -> JournalFault? in
            for file in files {
                do throws(JournalFault) { try file.synchronize() } catch { return error }
            }
            return nil
        }
        if let fault { complain(fault.description) }
    }

    private func complain(_ reason: String) {
        if let lastComplaint, Moment.now - lastComplaint < Self.quiet { return }
        lastComplaint = .now
        log.error("the journal cannot be written to a file", ["reason": .init(reason)])
    }
}
