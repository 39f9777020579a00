import Config
import Events
import Gateway
import HTTP
import IPC
import Log
import Posix
import Shared
import TLS
import Transport

/// A worker, as the supervisor steers it: its listeners, its clients, and the configuration they see.
final class WorkerService: ChildService {
    private let loop: EventLoop
    private let log: Logger
    private let slot: Int
    private let version: String
    private let spawn: (@escaping () async -> Void) -> Void

    /// Given by the conversation; the bridge asks for it.
    var nonce = ""

    private var listeners: [ListenerGrant: Listener] = [:]
    private var server: HTTPServer?
    private var handler: RequestHandler?
    private var manage: ManageHandler?
    private var bridge: StandingLink?
    private let remotes: RemoteProviders
    private var prepared:
        (site: Site, secrets: ChildSecrets, tls: Certificates, added: [(ListenerGrant, Listener)])?
    /// What is shown to clients, by the listeners' names.
    private var certificates = Certificates()
    private var hasStarted = false
    private var isDraining = false
    private let shared: SharedState
    private var row: BoardRow?
    private let turnstile: Turnstile
    private var journal: UsageJournal?
    private var store: StandingLink?
    private let audit = WorkerAudit()
    /// The daemon, in nanoseconds since 1970.
    private var startedAt: Int64 = 0

    /// What this worker has to tell the audit log.
    var auditTrail: AuditTrail { audit.trail }

    init(
        slot: Int,
        version: String,
        shared: SharedState,
        log: Logger,
        on loop: EventLoop,
        spawn: @escaping (@escaping () async -> Void) -> Void
    ) {
        self.slot = slot
        self.version = version
        self.shared = shared
        self.log = log
        self.loop = loop
        self.spawn = spawn
        turnstile = Turnstile(shared.board, log: log, on: loop)
        remotes = RemoteProviders(limits: shared.limits, log: log, on: loop, spawn: spawn)
    }

    // MARK: ChildService

    func configure(_ setup: ChildSetup, listeners granted: [GrantedListener]) throws(ChildFault) {
        row = shared.board.row(setup.boardRow)
        startedAt = Int64(setup.startedAt) * 1_000_000_000
        let site = Site(setup.configuration, generation: setup.generation, since: startedAt)
        let hello = DataHello(role: "worker", slot: slot, generation: setup.generation, nonce: nonce)
        let bridge = StandingLink(
            to: "bridge",
            in: setup.runDirectory,
            hello: hello,
            log: log,
            on: loop,
            spawn: spawn
        )
        let store = StandingLink(
            to: "store",
            in: setup.runDirectory,
            hello: hello,
            log: log,
            on: loop,
            spawn: spawn
        )
        let journal = makeJournal(setup)
        (self.store, self.journal) = (store, journal)
        let handler = try makeHandler(site, bridge, store, journal, setup)
        let server = makeServer(handler)
        (self.bridge, self.handler, self.server) = (bridge, handler, server)
        remotes.recorder = Recorder("\(setup.stateDirectory)/records", log: log, on: loop, spawn: spawn)
        turnstile.onTurn = { [unowned self] isOpen in turn(isOpen) }
        try remotes.prepare(setup.configuration, setup.secrets)
        adopt(site, setup.secrets, try Certificates(setup.configuration))
        for listener in granted { listeners[listener.grant] = open(listener) }
    }

    private func makeJournal(_ setup: ChildSetup) -> UsageJournal {
        let journal = UsageJournal(
            shared,
            lease: setup.boardRow,
            folder: "\(setup.stateDirectory)/journal",
            log: log,
            on: loop,
            spawn: spawn
        )
        // The store takes whoever is not on the board for dead.
        row?.writer = journal.number
        journal.begin()
        return journal
    }

    private func makeHandler(
        _ site: Site,
        _ bridge: StandingLink,
        _ store: StandingLink,
        _ journal: UsageJournal,
        _ setup: ChildSetup,
    ) throws(ChildFault) -> RequestHandler {
        let governor = Governor(shared.limits, lease: setup.boardRow)
        let sessions = SessionHandler(
            shared.sessions,
            lease: setup.boardRow,
            audit: audit,
            since: shared.board.supervisor.heartbeat ?? .now,
            on: loop
        )
        let chat = ChatHandler(
            [.echo: EchoProvider(), .agent: AgentProvider(bridge)],
            remotes,
            governor: governor,
            sessions: sessions,
            journal: journal,
            instance: setup.instance
        )
        let view = BridgeView(bridge, on: loop)
        let manage = ManageHandler(shared, bridge: view, sessions: sessions, version: version)
        self.manage = manage
        let dispatcher = Dispatcher(
            chat: chat,
            models: ModelHandler(view),
            usage: UsageHandler(store),
            sessions: sessions,
            manage: manage
        )
        do throws(RouteFault) {
            return try RequestHandler(
                site,
                dispatcher,
                governor: governor,
                audit: audit,
                shared: shared,
                lease: setup.boardRow,
                slot: slot,
                log: log
            )
        } catch {
            throw ChildFault("the endpoint table: \(error)")
        }
    }

    private func makeServer(_ handler: RequestHandler) -> HTTPServer {
        let server = HTTPServer(
            settings: HTTPServer.Settings(handler.site.configuration.server),
            on: loop,
            start: spawn
        ) {
            await handler.handle($0)
        }
        server.onHandshakeFailure = { [log] in log.info("no TLS", ["reason": .init($0.description)]) }
        server.spellRefusal = { handler.spell($0, $1) }
        server.onConnections = { [unowned self] count in
            row?.connections = count
            turnstile.look()
        }
        server.onRequests = { [row] inFlight, served in
            row?.inFlight = inFlight
            row?.served = served
        }
        return server
    }

    func start() throws(ChildFault) {
        guard !isDraining else { return }
        hasStarted = true
        row?.state = .serving
        for link in [bridge, store] { if let link { spawn { await link.run() } } }
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
        manage?.isDraining = true
        for listener in listeners.values { listener.leave() }
        // As long as one of us holds the socket, the kernel lets clients in.
        listeners = [:]
    }

    /// Whole answers get as long as requests may take, streams as long as streams may.
    func drain(_ order: DrainOrder) async {
        guard let server else { return }
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
        bridge?.stop()
        store?.stop()
        journal?.end()
        audit.trail.flush()
    }

    func beat() {
        row?.heartbeat = .now
        journal?.tend()
        row?.trouble = journal?.trouble
        audit.trail.pulse()
        // A connection whose wake-up went to a process that died waits for the next; this is the next.
        if turnstile.isOpen { listeners.values.forEach { $0.takeOneMore() } }
    }

    var status: ChildStatus {
        var status = ChildStatus()
        status.generation = handler?.site.generation ?? 0
        status.inFlight = server?.inFlight ?? 0
        status.connections = server?.connectionCount ?? 0
        status.requests = server?.served ?? 0
        status.isDraining = isDraining
        status.foreignEnqueues = loop.foreignEnqueues
        status.logDropped = log.dropped
        return status
    }

    // MARK: Parts

    private func open(_ listener: GrantedListener) -> Listener {
        Listener(Descriptor(owning: listener.descriptor), name: listener.grant.name, on: loop)
    }

    private func accept(_ listener: Listener) throws(Errno) {
        let name = listener.name
        try listener.open { [unowned self] connection in
            server?.take(connection, listener: name, tls: certificates[name])
        }
        if !turnstile.isOpen { listener.pause() }
    }

    private func turn(_ isOpen: Bool) {
        server?.isCrowded = !isOpen
        for listener in listeners.values { if isOpen { listener.goOn() } else { listener.pause() } }
    }

    private func adopt(_ site: Site, _ secrets: ChildSecrets, _ certificates: Certificates) {
        self.certificates = certificates
        LogSettings.apply(site.configuration.log, to: log)
        handler?.site = site
        remotes.adopt(site.configuration, secrets, lease: row?.number ?? 0)
        row?.generation = site.generation
        turnstile.limit = site.configuration.server.maxConnections
        server?.settings = HTTPServer.Settings(site.configuration.server)
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
