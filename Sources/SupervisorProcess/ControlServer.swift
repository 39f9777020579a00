import Config
import Events
import IPC
import Log
import Posix

/// The control socket: one command a connection, with the rights of whoever is at its other end.
final class ControlServer {
    private static let clientLimit = 64
    private static let requestTimeout = Duration.seconds(10)
    /// A follower that lets more than this wait is dropped.
    static let backlogLimit = 1 << 20

    private let listener: Listener
    private let loop: EventLoop
    private let log: Logger
    private let start: (@escaping () async -> Void) -> Void
    private let rights: (UnixPeer) -> ControlRight
    private let perform: (ControlRequest, ControlClient) async -> Void
    private var clients = 0

    init(
        _ descriptor: consuming Descriptor,
        log: Logger,
        on loop: EventLoop,
        start: @escaping (@escaping () async -> Void) -> Void,
        rights: @escaping (UnixPeer) -> ControlRight,
        perform: @escaping (ControlRequest, ControlClient) async -> Void,
    ) {
        listener = Listener(descriptor, name: "control", on: loop)
        self.log = log
        self.loop = loop
        self.start = start
        self.rights = rights
        self.perform = perform
    }

    func open() throws(Errno) {
        try listener.open { [unowned self] connection in take(connection) }
    }

    func close() { listener.leave() }

    private func take(_ connection: consuming Descriptor) {
        guard let peer = try? UnixPeer(of: connection.number),
            let link = try? ControlServerLink(connection, on: loop)
        else { return }
        let client = ControlClient(link, peer: peer, right: rights(peer))
        guard clients < Self.clientLimit else {
            client.done(.failure, "too many clients of the control socket; try again")
            return start { await client.leave() }
        }
        clients += 1
        start {
            await self.serve(client)
            self.clients -= 1
        }
    }

    private func serve(_ client: ControlClient) async {
        client.link.setDeadline(after: Self.requestTimeout)
        do {
            guard let request = try await client.next() else { return client.link.close() }
            client.link.setDeadline(after: nil)
            await perform(request, client)
        } catch {
            client.done(.failure, "\(error)")
        }
        await client.leave()
    }
}

/// What somebody may do over the control socket; each includes those before it.
enum ControlRight: Int, Comparable {
    case none
    case observe
    case operate
    case admin

    static func < (left: ControlRight, right: ControlRight) -> Bool { left.rawValue < right.rawValue }

    /// Root and the daemon's own user may do everything; others what the configuration gives them or a group of theirs.
    static func of(_ peer: UnixPeer, by control: Configuration.Control, own uid: UInt32) -> ControlRight {
        if peer.uid == 0 || peer.uid == uid { return .admin }
        let isNamed = { (subjects: [Configuration.Control.Subject]) in
            subjects.contains { subject in
                switch subject {
                case .user(let id): id == peer.uid
                case .group(let id): peer.groups.contains(id)
                }
            }
        }
        if isNamed(control.admin) { return .admin }
        if isNamed(control.operate) { return .operate }
        if isNamed(control.observe) { return .observe }
        return .none
    }
}

/// One connection to the control socket.
final class ControlClient {
    let link: ControlServerLink
    let peer: UnixPeer
    let right: ControlRight

    init(_ link: ControlServerLink, peer: UnixPeer, right: ControlRight) {
        self.link = link
        self.peer = peer
        self.right = right
    }

    func line(_ text: String) { link.send(.line(text)) }
    func record(_ record: ControlRecord) { link.send(.record(record)) }
    func done(_ exit: ControlExit = .success, _ error: String? = nil) {
        link.send(.done(exit: exit, error: error))
    }

    /// What the client says next; nil when it has closed.
    ///
    /// Descriptors that it sends along are nobody's.
    func next() async throws -> ControlRequest? {
        guard let (request, descriptors) = try await link.receive() else { return nil }
        for number in descriptors { _ = Descriptor(owning: number) }
        return request
    }

    /// Suspends until the client has closed, or said something more, which it must not.
    func untilClosed() async { _ = try? await next() }

    func leave() async {
        await link.flushed(within: .seconds(10))
        link.close()
    }
}
