import Events
import IPC
import Log
import Posix

/// The worker's connection to the bridge: one, dialled again whenever it breaks.
final class BridgeLink {
    /// How long a request waits for the bridge to come back.
    private static let patience = Duration.milliseconds(1500)

    private let path: String
    private let hello: DataHello
    private let loop: EventLoop
    private let log: Logger
    private let changed: Broadcast
    private let spawn: (@escaping () async -> Void) -> Void
    /// Where new requests go.
    private var link: DataLink?
    /// With the one before it, whose bridge leaves and finishes what it has.
    private var links: [DataLink] = []
    private var goneSince = Moment.now
    private var isStopped = false

    init(
        path: String,
        hello: DataHello,
        log: Logger,
        on loop: EventLoop,
        spawn: @escaping (@escaping () async -> Void) -> Void,
    ) {
        self.path = path
        self.hello = hello
        self.log = log
        self.loop = loop
        self.spawn = spawn
        changed = Broadcast(on: loop)
    }

    var isUp: Bool { link?.isOpen ?? false }
    /// It is gone for longer than requests wait for it.
    var isMissing: Bool { link == nil && Moment.now - goneSince > Self.patience }
    /// Requests that are under way.
    var openStreams: Int { links.reduce(0) { $0 + $1.openStreams } }

    /// Opens a stream for a model request; nil when the bridge does not come back in time or is flooded.
    func open(head: [UInt8], body: [UInt8]) async -> DataStream? {
        if !isUp { _ = await changed.until(within: Self.patience) { isUp } }
        return link?.open(kind: "model", head: head, body: body)
    }

    func stop() {
        isStopped = true
        links.forEach { $0.close() }
    }

    /// Dials, and again whenever the link breaks or its bridge leaves: at once, then after pauses that double to half a second.
    func run() async {
        var failures = 0
        while !isStopped {
            if let dialled = await dial() {
                failures = 0
                take(dialled)
                _ = await changed.until(within: .seconds(1 << 30)) { link !== dialled }
            } else {
                let pause = min(Duration.milliseconds(5 << min(failures, 9)), .milliseconds(500))
                failures += 1
                await loop.sleep(for: pause * Double.random(in: 0.5...1.5))
            }
        }
    }

    private func take(_ dialled: DataLink) {
        link = dialled
        links.append(dialled)
        dialled.onLeft = { [unowned self, unowned dialled] in
            dialled.leave()
            lose(dialled)
        }
        changed.announce()
        spawn {
            if let fault = await dialled.run() {
                self.log.warning("bridge link broken", ["reason": .init("\(fault)")])
            }
            self.lose(dialled)
            self.links.removeAll { $0 === dialled }
        }
    }

    private func lose(_ lost: DataLink) {
        guard link === lost else { return }
        link = nil
        goneSince = .now
        changed.announce()
    }

    private func dial() async -> DataLink? {
        do throws(Errno) {
            let socket = try Socket.connect(.unix(path))
            let dialled = try DataLink(socket, side: .dialled, on: loop)
            if await dialled.greet(hello, answersWithin: .seconds(2)) != nil { return dialled }
            dialled.close()
            return nil
        } catch {
            log.debug("bridge not reached", ["reason": .init(error.description)])
            return nil
        }
    }
}
