package import Events
package import JSON
package import Log
import Posix

/// A data link to another process of ours, dialled again whenever it breaks.
package final class StandingLink {
    /// How long a request waits for the other to come back.
    private static let patience = Duration.milliseconds(1500)

    /// Of the other: `bridge`.
    private let name: String
    private let path: String
    private let hello: DataHello
    private let loop: EventLoop
    private let log: Logger
    private let changed: Broadcast
    private let spawn: (@escaping () async -> Void) -> Void
    /// Where new requests go.
    private var link: DataLink?
    /// With the one before it, whose other end leaves and finishes what it has.
    private var links: [DataLink] = []
    private var goneSince = Moment.now
    private var isStopped = false

    /// A link to the data socket of that name in the run directory.
    package init(
        to name: String,
        in runDirectory: String,
        hello: DataHello,
        log: Logger,
        on loop: EventLoop,
        spawn: @escaping (@escaping () async -> Void) -> Void,
    ) {
        self.name = name
        path = "\(runDirectory)/\(name).sock"
        self.hello = hello
        self.log = log
        self.loop = loop
        self.spawn = spawn
        changed = Broadcast(on: loop)
    }

    package var isUp: Bool { link?.isOpen ?? false }
    /// It is gone for longer than requests wait for it.
    package var isMissing: Bool { link == nil && Moment.now - goneSince > Self.patience }
    /// Requests that are under way.
    package var openStreams: Int { links.reduce(0) { $0 + $1.openStreams } }

    /// Opens a stream; nil when the other does not come back in time or is flooded.
    package func open(kind: String, head: [UInt8], body: [UInt8]) async -> DataStream? {
        if !isUp { _ = await changed.until(within: Self.patience) { isUp } }
        return link?.open(kind: kind, head: head, body: body)
    }

    /// Asks for one whole answer.
    ///
    /// - Throws: the other's sentence, or why it gave none.
    package func ask(_ kind: String, _ body: [UInt8], atMost limit: Duration) async throws(ChildFault)
        -> JSONValue
    {
        guard let stream = await open(kind: kind, head: Array("{}".utf8), body: body) else {
            throw ChildFault("the \(name) does not answer")
        }
        switch await stream.next(atMost: limit) {
        case .end(let answer)?: return answer
        case .failed(_, let message)?: throw ChildFault(message)
        case .chunk?, .cancelled?, .lost?: throw ChildFault("the \(name) has just gone; try again")
        case nil:
            stream.cancel()
            throw ChildFault("the \(name) is too slow")
        }
    }

    package func stop() {
        isStopped = true
        links.forEach { $0.close() }
    }

    /// Dials, and again whenever the link breaks or its other end leaves: at once, then after pauses that double to half a
    /// second.
    package func run() async {
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
                self.log.warning("\(self.name) link broken", ["reason": .init("\(fault)")])
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
            log.debug("\(name) not reached", ["reason": .init(error.description)])
            return nil
        }
    }
}
