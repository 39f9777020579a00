import Events
import Gateway
import Log
import Posix
import Transport

/// Stores exchanges with providers, each in a file of its own below `STATE/records`.
///
/// Memory and the disk are bounded, and nobody waits: what does not fit is not stored, and the log says so.
final class Recorder {
    /// A longer answer is not stored.
    static let answerLimit = 64 << 20
    /// The most bytes that are held at a time, of exchanges that are under way and of those that wait for the disk.
    private static let heldLimit = 256 << 20
    /// As much of the disk is left to others.
    private static let reserve = 64 << 20
    private static let quiet = Duration.seconds(60)

    /// What has come of storing one.
    private enum Outcome: Sendable {
        case stored
        /// It shows what only the provider may see.
        case revealing
        case failed(String)
    }

    private let folder: String
    private let log: Logger
    private let loop: EventLoop
    private let spawn: (@escaping () async -> Void) -> Void
    private var held = 0
    /// Exchanges that wait for the disk.
    private var waiting = 0
    private let written: Broadcast
    private var lastComplaint: Moment?

    init(
        _ folder: String,
        log: Logger,
        on loop: EventLoop,
        spawn: @escaping (@escaping () async -> Void) -> Void,
    ) {
        self.folder = folder
        self.log = log
        self.loop = loop
        self.spawn = spawn
        written = Broadcast(on: loop)
    }

    /// What takes down one exchange; `secrets`: what must not stand in a file.
    func tape(_ request: RecordedRequest, secrets: [[UInt8]]) -> (UpstreamExchange.Event) -> Void {
        let tape = Tape(Recording(request), secrets, self)
        return { tape.note($0) }
    }

    /// Everything that was recorded is on the disk, or `limit` has passed.
    func flushed(within limit: Duration) async { _ = await written.until(within: limit) { waiting == 0 } }

    // MARK: Tapes

    /// Whether there is room for so many bytes more.
    fileprivate func hold(_ count: Int) -> Bool {
        guard held + count <= Self.heldLimit else { return false }
        held += count
        return true
    }

    fileprivate func release(_ count: Int) { held -= count }

    fileprivate func refuse(_ request: RecordedRequest, _ reason: String) {
        log.warning("an exchange is not recorded", ["request": .init(request.id), "reason": .init(reason)])
    }

    /// Stores it, and lets go of the `count` bytes that are held for it.
    fileprivate func store(_ recording: Recording, _ secrets: [[UInt8]], _ count: Int) {
        waiting += 1
        spawn { await self.write(recording, secrets, count) }
    }

    // MARK: Files

    private func write(_ recording: Recording, _ secrets: [[UInt8]], _ count: Int) async {
        let folder = folder
        let outcome = try? await loop.blocking { _ in Self.write(recording, secrets, below: folder) }
        release(count)
        waiting -= 1
        switch outcome ?? .failed("there is no helper thread") {
        case .stored: break
        case .revealing: refuse(recording.request, "it shows a secret of the provider's")
        case .failed(let reason): complain(reason)
        }
        written.announce()
    }

    private static func write(_ recording: Recording, _ secrets: [[UInt8]], below folder: String) -> Outcome {
        guard !recording.reveals(secrets) else { return .revealing }
        var recording = recording
        recording.withholdCookies()
        let name = recording.request.provider
        // A name may be "..", but that of no folder here.
        let place = "\(folder)/\(name.hasPrefix(".") ? "_" : "")\(name)"
        let path = "\(place)/\(RecordingFile.name(recording.request))"
        do throws(Errno) {
            try FileSystem.makeDirectory(folder, mode: 0o700)
            try FileSystem.makeDirectory(place, mode: 0o700)
            if let free = FileSystem.freeBytes(place), free < reserve {
                return .failed("less than \(reserve >> 20) MiB are free in \(place)")
            }
            try write(RecordingFile.serialized(recording), to: path)
            return .stored
        } catch {
            return .failed(error.description)
        }
    }

    /// Under another name until it is whole.
    private static func write(_ bytes: [UInt8], to path: String) throws(Errno) {
        let unfinished = "\(path).new"
        let file = try FileSystem.create(unfinished)
        do throws(Errno) {
            try Descriptor.writeAll(file.number, bytes)
            try FileSystem.rename(unfinished, to: path)
        } catch {
            FileSystem.remove(unfinished)
            throw error
        }
    }

    private func complain(_ reason: String) {
        if let lastComplaint, Moment.now - lastComplaint < Self.quiet { return }
        lastComplaint = .now
        log.warning("exchanges cannot be recorded", ["reason": .init(reason)])
    }
}

/// One exchange while it is taken down.
private final class Tape {
    private var recording: Recording
    private let secrets: [[UInt8]]
    private let recorder: Recorder
    /// When the request had gone out; nil: it has not.
    private var sentAt: Moment?
    private var held: Int
    /// It is stored, or will not be.
    private var isOver = false

    init(_ recording: Recording, _ secrets: [[UInt8]], _ recorder: Recorder) {
        self.recording = recording
        self.secrets = secrets
        self.recorder = recorder
        held = recording.request.body.count
        if !recorder.hold(held) {
            held = 0
            giveUp("too much is being recorded")
        }
    }

    deinit { recorder.release(held) }

    func note(_ event: UpstreamExchange.Event) {
        guard !isOver else { return }
        switch event {
        case .sent: sentAt = .now
        case .received(let bytes): take(bytes)
        case .complete: end(.complete)
        case .cut: end(.cut)
        case .cancelled: end(.cancelled)
        }
    }

    private var elapsed: Int { sentAt.map { Int((Moment.now - $0).nanoseconds / 1000) } ?? 0 }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        guard recording.answer.count + bytes.count <= Recorder.answerLimit else {
            return giveUp("its answer is longer than \(Recorder.answerLimit >> 20) MiB")
        }
        guard recorder.hold(bytes.count) else { return giveUp("too much is being recorded") }
        held += bytes.count
        recording.answer.append(contentsOf: bytes)
        recording.pieces.append(.init(microseconds: elapsed, end: recording.answer.count))
    }

    private func giveUp(_ reason: String) {
        isOver = true
        recorder.refuse(recording.request, reason)
        (recording.answer, recording.pieces, recording.request.body) = ([], [], [])
        recorder.release(held)
        held = 0
    }

    private func end(_ end: Recording.End) {
        isOver = true
        // Nobody was asked: there was no connection.
        guard sentAt != nil else { return }
        (recording.end, recording.endedAfter) = (end, elapsed)
        recorder.store(recording, secrets, held)
        held = 0
    }
}
