import Config
import Events
import Gateway
import Log
import Posix
import Transport

/// Stands in for a provider: answers with what was recorded of one, at its own pace, with the faults that are wanted.
///
/// The recordings are read at the first request, so that each reload reads them again, and none costs anything before.
final class Replay {
    /// The field that tells a player that the wish for the usage of a stream is ours; it never leaves the process.
    static let asksForUsage = "x-gatehouse-asks-for-usage"

    /// The most bytes of recordings that are read.
    private static let limit = 256 << 20
    private static let patience = Duration.seconds(60)

    let provider: Configuration.Provider
    let loop: EventLoop
    private let log: Logger
    private let spawn: (@escaping () async -> Void) -> Void
    private var shelf = RecordingShelf()
    private var isRead = false
    private var isReading = false
    private let wasRead: Broadcast
    /// How many faults have been handed out.
    private var turn = 0
    /// Those that were given back, for they had no effect.
    private var returned: [ReplayFault] = []

    init(
        _ provider: Configuration.Provider,
        log: Logger,
        on loop: EventLoop,
        spawn: @escaping (@escaping () async -> Void) -> Void,
    ) {
        self.provider = provider
        self.log = log
        self.loop = loop
        self.spawn = spawn
        wasRead = Broadcast(on: loop)
    }

    /// A connection for one exchange, at whose other end somebody plays.
    func open() throws(UpstreamFault) -> ByteStream {
        let fault = nextFault()
        guard fault != .refusal else { throw .unreachable("refused, as the configuration wants it") }
        do throws(Errno) {
            let (near, far) = try Socket.pair()
            let ours = Descriptor(owning: near)
            let theirs = Descriptor(owning: far)
            let player = Player(try ByteStream(theirs, .unixData, on: loop), fault, for: self)
            let stream = try ByteStream(ours, .unixData, on: loop)
            spawn { await player.run() }
            return stream
        } catch {
            throw .unreachable(error.description)
        }
    }

    /// What answers a request.
    func choose(_ question: RecordingShelf.Question) async -> RecordingShelf.Choice {
        if !isRead, !isReading {
            isReading = true
            spawn { await self.read() }
        }
        _ = await wasRead.until(within: Self.patience) { isRead }
        return shelf.choose(question)
    }

    /// How many recordings there are.
    var count: Int { shelf.count }

    private func nextFault() -> ReplayFault {
        if let fault = returned.popLast() { return fault }
        guard !provider.faults.isEmpty else { return .nothing }
        defer { turn += 1 }
        return provider.faults[turn % provider.faults.count]
    }

    /// A fault had no effect, so the next request has it.
    func giveBack(_ fault: ReplayFault) { if !provider.faults.isEmpty { returned.append(fault) } }

    // MARK: Files

    /// One file after the other, so that others have their turn at the helper thread.
    private func read() async {
        let place = provider.recordings ?? ""
        var left = Self.limit
        for path in await paths(place) {
            guard let size = FileSystem.size(path), size > 0 else { continue }
            guard size <= left else {
                warn(path, "with it there would be more than \(Self.limit >> 20) MiB")
                continue
            }
            left -= size
            let outcome = try? await loop.blocking { _ in Self.read(path, size) }
            switch outcome ?? .failure(Unusable(reason: "there is no helper thread")) {
            case .success(let recording): shelf.append(recording)
            case .failure(let fault): warn(path, fault.reason)
            }
        }
        isRead = true
        log.info("recordings were read", ["provider": .init(provider.name), "count": .init(shelf.count)])
        wasRead.announce()
    }

    /// The files at a place, in the order of their names.
    private func paths(_ place: String) async -> [String] {
        let names = try? await loop.blocking { _ in Self.names(place) }
        switch names ?? .success(nil) {
        case .success(nil): return [place]
        case .success(let names?):
            return names.filter { $0.hasSuffix(RecordingFile.suffix) }.sorted().map { "\(place)/\($0)" }
        case .failure(let error):
            warn(place, error.description)
            return []
        }
    }

    /// What is in a folder; nil: it is a file.
    private static func names(_ place: String) -> Result<[String]?, Errno> {
        Result { () throws(Errno) in
            do throws(Errno) {
                return try FileSystem.names(in: place)
            } catch {
                guard error.isNoFolder else { throw error }
                return nil
            }
        }
    }

    private struct Unusable: Error {
        let reason: String
    }

    private static func read(_ path: String, _ size: Int) -> Result<Recording, Unusable> {
        Result { () throws(Unusable) in
            let bytes: [UInt8]
            do throws(Errno) {
                bytes = try FileSystem.read(path, limit: size)
            } catch {
                throw Unusable(reason: error.description)
            }
            do throws(RecordingFile.Fault) {
                return try RecordingFile.parse(bytes)
            } catch {
                throw Unusable(reason: error.description)
            }
        }
    }

    private func warn(_ path: String, _ reason: String) {
        log.warning("no recording", ["file": .init(path), "reason": .init(reason)])
    }
}
