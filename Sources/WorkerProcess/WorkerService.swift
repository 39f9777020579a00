import Config
import Events
import Gateway
import IPC
import Log
import Posix
import Shared
import TLS
import Transport

/// A worker, as the supervisor steers it: its listeners, its clients, and the configuration they see.
final class WorkerService: ChildService {
    private var ground: WorkerParts.Ground
    /// Nil before it is set up.
    private var parts: WorkerParts?
    private var listeners: [ListenerGrant: Listener] = [:]
    private var prepared:
        (site: Site, secrets: ChildSecrets, tls: Certificates, added: [(ListenerGrant, Listener)])?
    /// What is shown to clients, by the listeners' names.
    private var certificates = Certificates()
    private var hasStarted = false
    private var isDraining = false
    private var row: BoardRow?
    private let turnstile: Turnstile
    /// The daemon, in nanoseconds since 1970.
    private var startedAt: Int64 = 0

    init(
        slot: Int,
        version: String,
        shared: SharedState,
        log: Logger,
        on loop: EventLoop,
        spawn: @escaping (@escaping () async -> Void) -> Void
    ) {
        ground = WorkerParts.Ground(
            slot: slot,
            version: version,
            shared: shared,
            log: log,
            loop: loop,
            spawn: spawn,
            audit: WorkerAudit(),
            remotes: RemoteProviders(limits: shared.limits, log: log, on: loop, spawn: spawn)
        )
        turnstile = Turnstile(shared.board, log: log, on: loop)
    }

    private var shared: SharedState { ground.shared }
    private var log: Logger { ground.log }
    private var remotes: RemoteProviders { ground.remotes }

    /// What this worker has to tell the audit log.
    var auditTrail: AuditTrail { ground.audit.trail }

    var nonce: String {
        get { ground.nonce }
        set { ground.nonce = newValue }
    }

    // MARK: ChildService

    func configure(_ setup: ChildSetup, listeners granted: [GrantedListener]) throws(ChildFault) {
        row = shared.board.row(setup.boardRow)
        startedAt = Int64(setup.startedAt) * 1_000_000_000
        let site = Site(setup.configuration, generation: setup.generation, since: startedAt)
        let parts = try WorkerParts(setup, site, on: ground)
        self.parts = parts
        // The store takes whoever is not on the board for dead.
        row?.writer = parts.journal.number
        parts.journal.begin()
        watch(parts.server)
        remotes.recorder = Recorder(
            "\(setup.stateDirectory)/records",
            log: log,
            on: ground.loop,
            spawn: ground.spawn
        )
        turnstile.onTurn = { [unowned self] isOpen in turn(isOpen) }
        try remotes.prepare(setup.configuration, setup.secrets)
        adopt(site, setup.secrets, try Certificates(setup.configuration))
        for listener in granted { listeners[listener.grant] = open(listener) }
    }

    private func watch(_ server: HTTPServer) {
        server.onConnections = { [unowned self] count in
            row?.connections = count
            turnstile.look()
        }
        server.onRequests = { [row] inFlight, served in
            row?.inFlight = inFlight
            row?.served = served
        }
    }

    func start() throws(ChildFault) {
        guard !isDraining else { return }
        hasStarted = true
        row?.state = .serving
        for link in [parts?.bridge, parts?.store] { if let link { ground.spawn { await link.run() } } }
        do throws(Errno) {
            for listener in listeners.values { try accept(listener) }
        } catch {
            throw ChildFault("cannot listen: \(error)")
        }
    }

    func prepare(
        _ generation: Int,
        _ configuration: Configuration,
        secrets: ChildSecrets,
        added: [GrantedListener]
    )
        throws(ChildFault)
    {
        let site = Site(configuration, generation: generation, since: startedAt)
        try remotes.prepare(configuration, secrets)
        prepared = (site, secrets, try Certificates(configuration), added.map { ($0.grant, open($0)) })
    }

    func commit() -> [String]? {
        guard let (site, secrets, tls, added) = prepared else { return isDraining ? [] : nil }
        prepared = nil
        adopt(site, secrets, tls)
        for (grant, listener) in added {
            listeners[grant] = listener
            if hasStarted, !isDraining { try? accept(listener) }
        }
        return leaveUnwanted(site)
    }

    func abort() { prepared = nil }

    func leave() {
        isDraining = true
        prepared = nil
        turnstile.stop()
        parts?.manage.isDraining = true
        for listener in listeners.values { listener.leave() }
        // As long as one of us holds the socket, the kernel lets clients in.
        listeners = [:]
    }

    /// Whole answers get as long as requests may take, streams as long as streams may.
    func drain(_ order: DrainOrder) async {
        guard let parts else { return }
        let server = parts.server
        server.drain(idleTimeout: order.idle)
        if await !server.emptied(within: order.requests) {
            server.interrupt(streams: false)
            if await !server.emptied(within: max(.zero, order.streams - order.requests)) {
                server.interrupt(streams: true)
                _ = await server.emptied(within: .seconds(1))
                server.closeAll()
            }
        }
        await remotes.recorder?.flushed(within: .seconds(1))
        parts.bridge.stop()
        parts.store.stop()
        parts.journal.end()
        auditTrail.flush()
    }

    func beat() {
        row?.heartbeat = .now
        parts?.journal.tend()
        row?.trouble = parts?.journal.trouble
        auditTrail.pulse()
        // A connection whose wake-up went to a process that died waits for the next; this is the next.
        if turnstile.isOpen { listeners.values.forEach { $0.takeOneMore() } }
    }

    var status: ChildStatus {
        var status = ChildStatus()
        status.generation = parts?.handler.site.generation ?? 0
        status.inFlight = parts?.server.inFlight ?? 0
        status.connections = parts?.server.connectionCount ?? 0
        status.requests = parts?.server.served ?? 0
        status.isDraining = isDraining
        status.foreignEnqueues = ground.loop.foreignEnqueues
        status.logDropped = log.dropped
        return status
    }

    // MARK: Parts

    private func open(_ listener: GrantedListener) -> Listener {
        Listener(Descriptor(owning: listener.descriptor), name: listener.grant.name, on: ground.loop)
    }

    private func accept(_ listener: Listener) throws(Errno) {
        let name = listener.name
        try listener.open { [unowned self] connection in
            parts?.server.take(connection, listener: name, tls: certificates[name])
        }
        if !turnstile.isOpen { listener.pause() }
    }

    private func turn(_ isOpen: Bool) {
        parts?.server.isCrowded = !isOpen
        for listener in listeners.values { if isOpen { listener.goOn() } else { listener.pause() } }
    }

    private func adopt(_ site: Site, _ secrets: ChildSecrets, _ certificates: Certificates) {
        self.certificates = certificates
        LogSettings.apply(site.configuration.log, to: log)
        parts?.handler.site = site
        remotes.adopt(site.configuration, secrets, lease: row?.number ?? 0)
        row?.generation = site.generation
        turnstile.limit = site.configuration.server.maxConnections
        parts?.server.settings = HTTPServer.Settings(site.configuration.server)
    }

    /// Leaves listeners that the configuration no longer has, after taking whoever waited there.
    private func leaveUnwanted(_ site: Site) -> [String] {
        let wanted = Set(site.configuration.listeners.map { "\($0.name) \($0.address)" })
        let unwanted = listeners.filter { !wanted.contains("\($0.key.name) \($0.key.address)") }
        for (grant, listener) in unwanted {
            listener.leave()
            listeners[grant] = nil
        }
        return unwanted.map(\.key.name)
    }
}
