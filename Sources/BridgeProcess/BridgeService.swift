import Config
import Events
import Gateway
import HTTP
import IPC
import JSON
import Log
import Posix
import Shared
import Transport

/// The bridge, as the supervisor steers it: agents on one side, workers on the other.
final class BridgeService: ChildService {
    /// How long a worker may take to say that it sends nothing new.
    private static let leaveTimeout = Duration.seconds(2)
    private static let paths = ["/agent", "/mcp/agent", "/"]

    private let loop: EventLoop
    private let log: Logger
    private let spawn: (@escaping () async -> Void) -> Void

    /// Given by the conversation; workers must know it.
    var nonce = ""
    /// What the bridge has to tell the audit log.
    let auditTrail = AuditTrail()

    private let board: Board
    private var row: BoardRow?
    private var configuration = Configuration()
    private var generation = 0
    private var hall: AgentHall?
    private var server: HTTPServer?
    private var agents: [ListenerGrant: Listener] = [:]
    private var workers: [Listener] = []
    private var links: [DataLink] = []
    private var dialer: HubDialer?
    private var hubToken: String?
    private var prepared: Prepared?
    /// When what still runs is left; nil while nothing has to.
    private var drainEnd: Moment?
    private var served = 0
    private var hasStarted = false
    private var hasLeft = false

    private struct Prepared {
        let generation: Int
        let configuration: Configuration
        let hubToken: String?
        let added: [(ListenerGrant, Listener)]
    }

    init(board: Board, log: Logger, on loop: EventLoop, spawn: @escaping (@escaping () async -> Void) -> Void)
    {
        self.board = board
        self.log = log
        self.loop = loop
        self.spawn = spawn
    }

    // MARK: ChildService

    func configure(_ setup: ChildSetup, listeners: [GrantedListener]) throws(ChildFault) {
        configuration = setup.configuration
        hubToken = setup.secrets.hubToken
        generation = setup.generation
        row = board.row(setup.boardRow)
        LogSettings.apply(configuration.log, to: log)
        let hall = AgentHall(
            configuration,
            isReplacement: setup.isReplacement,
            audit: auditTrail,
            log: log,
            on: loop,
            start: spawn
        )
        self.hall = hall
        server = HTTPServer(settings: settings, on: loop, start: spawn) { await self.welcome($0, hall) }
        for listener in listeners {
            let open = Listener(Descriptor(owning: listener.descriptor), name: listener.grant.name, on: loop)
            if listener.grant.purpose == .data { workers.append(open) } else { agents[listener.grant] = open }
        }
    }

    func start() throws(ChildFault) {
        guard drainEnd == nil else { return }
        hasStarted = true
        row?.state = .serving
        do throws(Errno) {
            for listener in workers { try listener.open { [unowned self] in takeWorker($0) } }
            for listener in agents.values { try open(listener) }
        } catch {
            throw ChildFault("cannot listen: \(error)")
        }
        dial()
    }

    func prepare(
        _ generation: Int,
        _ configuration: Configuration,
        secrets: ChildSecrets,
        added: [GrantedListener]
    )
        throws(ChildFault)
    {
        let opened = added.map { listener in
            (
                listener.grant,
                Listener(Descriptor(owning: listener.descriptor), name: listener.grant.name, on: loop)
            )
        }
        prepared = Prepared(
            generation: generation,
            configuration: configuration,
            hubToken: secrets.hubToken,
            added: opened
        )
    }

    func commit() -> [String]? {
        guard let prepared else { return hasLeft ? [] : nil }
        self.prepared = nil
        generation = prepared.generation
        let before = configuration
        configuration = prepared.configuration
        LogSettings.apply(configuration.log, to: log)
        server?.settings = settings
        hall?.adopt(configuration)
        for (grant, listener) in prepared.added {
            agents[grant] = listener
            if hasStarted, drainEnd == nil { try? open(listener) }
        }
        let left = leaveUnwanted()
        if dialsOtherwise(before.bridge) || hubToken != prepared.hubToken {
            hubToken = prepared.hubToken
            dial()
        }
        return left
    }

    func abort() { prepared = nil }

    /// Agents that do nothing go to whoever comes next, and so do new requests; what runs is finished here.
    func leave() {
        (prepared, hasLeft) = (nil, true)
        agents.values.forEach { $0.leave() }
        workers.forEach { $0.leave() }
        // As long as one of us holds the socket, the kernel lets agents in.
        (agents, workers) = ([:], [])
        links.forEach { $0.leave() }
        dialer?.leave()
        server?.drain()
        hall?.leave()
    }

    func drain(_ order: DrainOrder) async {
        let isFirst = drainEnd == nil
        drainEnd = min(drainEnd ?? .distantFuture, .now + max(order.requests, order.streams))
        guard isFirst else { return }
        await untilLeft()
        while running > 0, Moment.now < drainEnd ?? .now { await loop.sleep(for: .milliseconds(20)) }
        for link in links { await link.flushed(within: .seconds(1)) }
        dialer?.stop()
        hall?.closeAll()
        for _ in 0..<50 where (hall?.connectionCount ?? 0) > 0 { await loop.sleep(for: .milliseconds(20)) }
        links.forEach { $0.close() }
        auditTrail.flush()
    }

    /// What a worker sent before it heard that we leave is still to come.
    private func untilLeft() async {
        let end = Moment.now + Self.leaveTimeout
        while !links.allSatisfy(\.isLeft), Moment.now < end { await loop.sleep(for: .milliseconds(5)) }
    }

    /// Requests at agents, and answers on their way to workers.
    private var running: Int { max(hall?.inFlight ?? 0, links.reduce(0) { $0 + $1.openStreams }) }

    func beat() {
        auditTrail.pulse()
        guard let row else { return }
        row.heartbeat = .now
        row.generation = generation
        (row.inFlight, row.connections, row.served) = (
            hall?.inFlight ?? 0, hall?.connectionCount ?? 0, served
        )
    }

    var status: ChildStatus {
        var status = ChildStatus()
        status.generation = generation
        status.inFlight = hall?.inFlight ?? 0
        status.connections = hall?.connectionCount ?? 0
        status.requests = served
        status.isDraining = drainEnd != nil
        status.foreignEnqueues = loop.foreignEnqueues
        status.logDropped = log.dropped
        status.agents = hall?.status ?? []
        return status
    }

    // MARK: Agents

    private var settings: HTTPServer.Settings {
        var settings = HTTPServer.Settings()
        settings.headerTimeout = configuration.server.headerTimeout
        settings.idleTimeout = configuration.server.headerTimeout
        return settings
    }

    private func open(_ listener: Listener) throws(Errno) {
        try listener.open { [unowned self] connection in
            server?.take(connection, listener: "bridge")
        }
    }

    private func leaveUnwanted() -> [String] {
        let wanted = configuration.bridge.listen?.description
        let unwanted = agents.filter { $0.key.address != wanted }
        for (grant, listener) in unwanted {
            listener.leave()
            agents[grant] = nil
        }
        return unwanted.map(\.key.name)
    }

    private func welcome(_ exchange: Exchange, _ hall: AgentHall) async {
        let text: FieldList = ["content-type": "text/plain; charset=utf-8"]
        guard Self.paths.contains(exchange.head.path) else {
            return exchange.respond(404, text, body: Array("agents connect to /agent\n".utf8))
        }
        do throws(GatewayError) {
            let address = configuration.bridge.listen ?? .ipv4(host: "127.0.0.1", port: 8787)
            _ = try OriginPolicy(
                allowedHosts: configuration.server.allowedHosts,
                allowedOrigins: configuration.server.allowedOrigins,
                address: address
            ).origin(of: exchange.head)
        } catch {
            let answer = ErrorAnswer(error, for: .plain, profile: .default)
            return exchange.respond(answer.status, text, body: answer.body(for: .plain))
        }
        let heartbeat = configuration.bridge.heartbeatInterval
        let limit = AgentConnection.messageLimit
        guard let socket = await exchange.acceptWebSocket(messageLimit: limit, heartbeat: heartbeat, on: loop)
        else {
            return
        }
        await hall.welcome(socket)
    }

    private func dialsOtherwise(_ before: Configuration.Bridge) -> Bool {
        let now = configuration.bridge
        return before.connect != now.connect || before.agentID != now.agentID
    }

    private func dial() {
        dialer?.leave()
        dialer = nil
        guard let hall, let url = configuration.bridge.connect.flatMap(WebSocketURL.init) else { return }
        let token = hubToken.map { Secret($0.utf8) }
        let dialer = HubDialer(url, configuration.bridge, token: token, hall: hall, log: log, on: loop)
        self.dialer = dialer
        spawn { await dialer.run() }
    }

    // MARK: Workers

    private func takeWorker(_ connection: consuming Descriptor) {
        guard let peer = try? UnixPeer(of: connection.number), peer.uid == ProcessInformation.uid,
            let link = try? DataLink(connection, side: .accepted, on: loop)
        else { return }
        link.onOpen = { [unowned self] stream in
            spawn { await self.serve(stream) }
        }
        spawn { await self.serve(link) }
    }

    private func serve(_ stream: DataStream) async {
        guard let hall else { return stream.fail(code: "internal_error", "the bridge is not ready") }
        switch stream.kind {
        case "model":
            served += 1
            await hall.serve(stream)
        case "status": stream.end((try? JSONMessageEncoder().encode(hall.report)) ?? Array("{}".utf8))
        default: stream.fail(code: "internal_error", "nobody here serves '\(stream.kind)'")
        }
    }

    private func serve(_ link: DataLink) async {
        let own = DataHello(role: "bridge", slot: 0, generation: generation, nonce: nonce)
        guard await link.greet(own, answersWithin: .seconds(2)) != nil else { return link.close() }
        links.append(link)
        if hasLeft { link.leave() }
        if let fault = await link.run() { log.warning("worker link broken", ["reason": .init("\(fault)")]) }
        links.removeAll { $0 === link }
    }
}
