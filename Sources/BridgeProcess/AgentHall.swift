import Config
import Events
import Gateway
import IPC
import JSON
import Log
import Posix
import Transport
import WebSocket

/// Where agents come in and requests find them.
final class AgentHall {
    /// How long a request waits for an agent that left a moment ago.
    private static let patience = Duration.milliseconds(1500)

    private let loop: EventLoop
    private let log: Logger
    private let start: (@escaping () async -> Void) -> Void
    private var directory: AgentDirectory
    private var connections: [Int: AgentConnection] = [:]
    private var lastNumber = 0
    private let traffic = AgentTraffic()
    private let arrivals: Broadcast
    private let news: AgentNews

    private var isLeaving = false
    /// What we are called at the hub.
    private var hubID = ""
    private var hubToken: Secret?
    private var admission: AgentAdmission
    private var settings: Configuration.Bridge

    init(
        _ configuration: Configuration,
        isReplacement: Bool,
        audit: AuditTrail,
        log: Logger,
        on loop: EventLoop,
        start: @escaping (@escaping () async -> Void) -> Void,
    ) {
        self.loop = loop
        self.log = log
        self.start = start
        news = AgentNews(log: log, audit: audit)
        arrivals = Broadcast(on: loop)
        directory = AgentDirectory(replacingSince: isReplacement ? .now : nil)
        admission = AgentAdmission(configuration)
        settings = configuration.bridge
    }

    var inFlight: Int { connections.values.reduce(0) { $0 + $1.inFlight } }
    var connectionCount: Int { connections.count }

    /// The names that agents are asked for, for a hub.
    var agentModels: [String] { admission.models.sorted() }

    var status: [AgentStatus] {
        connections.values.sorted { $0.number < $1.number }.map { connection in
            AgentStatus(
                id: connection.identity.name,
                models: connection.models,
                inFlight: connection.inFlight,
                connectedSeconds: Int((Moment.now - connection.since).components.seconds)
            )
        }
    }

    /// What workers are told.
    var report: BridgeStatus {
        BridgeStatus(
            agents: status,
            streams: connections.values.reduce(0) { $0 + $1.streamsInFlight },
            sent: traffic.sent,
            received: traffic.received,
            lastPing: traffic.lastPing
        )
    }

    /// From now on the rules of `configuration` hold; agents that they do not let in leave.
    func adopt(_ configuration: Configuration) {
        admission = AgentAdmission(configuration)
        settings = configuration.bridge
        for connection in connections.values { admitAgain(connection) }
    }

    /// One whose key is gone leaves at once; one that may serve nothing any more, when it has answered.
    private func admitAgain(_ connection: AgentConnection) {
        if connection.identity.isHub { return offerAgain(connection) }
        do throws(AgentAdmission.Refusal) {
            let models = try admission.admit(connection.identity, now: WallClock.seconds)
            connection.isLeaving = isLeaving
            serve(connection, models)
        } catch {
            if error.code == "model_not_allowed" { return letGo(connection, because: error.message) }
            AgentReception.refuse(connection.socket, error)
            forget(connection)
        }
    }

    /// Tells a hub what there is now, if it was told something else.
    private func offerAgain(_ hub: AgentConnection) {
        guard hub.identity.models != agentModels else { return }
        hub.identity.models = agentModels
        hub.socket.send(AgentFrameWriter.register(agentID: hubID, token: hubToken, models: agentModels))
        serve(hub, agentModels)
    }

    // MARK: Agents

    /// Speaks with an agent that has just connected, until it leaves.
    func welcome(_ socket: WebSocketConnection) async {
        let limit = settings.connectTimeout
        guard let identity = await AgentReception.registration(on: socket, within: limit, loop) else {
            return await AgentReception.seeOff(socket)
        }
        do throws(AgentAdmission.Refusal) {
            let accepted = try admission.admit(identity, now: WallClock.seconds)
            let connection = add(socket, identity, serving: accepted)
            socket.send(
                AgentFrameWriter.registered(
                    agentID: identity.name,
                    models: accepted,
                    heartbeatSeconds: max(1, Int(settings.heartbeatInterval.components.seconds)),
                    maxMessageBytes: AgentConnection.messageLimit
                )
            )
            await accompany(connection)
        } catch {
            news.refused(identity, from: socket.peer, error)
            AgentReception.refuse(socket, error)
            await AgentReception.seeOff(socket)
        }
    }

    /// Speaks with a hub that was dialled, until it leaves; it answers for every model of our agents unless it says
    /// otherwise.
    func accompanyHub(_ socket: WebSocketConnection, agentID: String, token: Secret?) async {
        (hubID, hubToken) = (agentID, token)
        let hub = AgentIdentity(name: "hub", token: nil, models: agentModels)
        let connection = add(socket, hub, serving: agentModels)
        socket.send(AgentFrameWriter.register(agentID: agentID, token: token, models: agentModels))
        await accompany(connection)
    }

    /// From now on an agent that has nothing to do is let go, as soon as that is so.
    func leave() {
        isLeaving = true
        arrivals.announce()
        for connection in connections.values { letGo(connection) }
    }

    /// Lets the connection to the hub go, for another.
    func leaveHub() {
        for connection in connections.values where connection.identity.isHub { letGo(connection) }
    }

    private func letGo(_ connection: AgentConnection, because reason: String = "connect again") {
        directory.leave(connection.number, at: .now)
        guard connection.inFlight > 0 else { return connection.socket.close(.goingAway, reason) }
        if !connection.isLeaving, isLeaving { connection.socket.send(AgentFrameWriter.leave()) }
        connection.isLeaving = true
    }

    func closeAll() {
        for connection in connections.values { connection.socket.close(.goingAway, "the gateway goes down") }
    }

    /// A second connection with the same name wins; the older one is closed with 4001.
    private func add(_ socket: WebSocketConnection, _ identity: AgentIdentity, serving models: [String])
        -> AgentConnection
    {
        for older in connections.values where !older.isLeaving && older.identity.isSame(as: identity) {
            older.socket.close(.application(1), "another connection has the same agent_id")
            forget(older)
        }
        lastNumber += 1
        let connection = AgentConnection(
            number: lastNumber,
            socket,
            identity,
            serving: models,
            traffic: traffic,
            log: log,
            on: loop,
            released: { [unowned self] number in released(number) }
        )
        connections[connection.number] = connection
        serve(connection, models)
        if isLeaving { letGo(connection) }
        news.connected(identity, from: socket.peer, serving: models)
        return connection
    }

    private func released(_ number: Int) {
        directory.release(number)
        if let connection = connections[number], connection.isLeaving { letGo(connection) }
    }

    private func serve(_ connection: AgentConnection, _ models: [String]) {
        connection.models = models
        directory.join(connection.number, models: models)
        arrivals.announce()
    }

    private func accompany(_ connection: AgentConnection) async {
        beat(connection)
        await connection.run { [self] frame in registered(connection, frame) }
        news.left(connection.identity, connection.socket.ending?.summary ?? "closed")
        forget(connection)
    }

    /// Asks at every interval whether somebody is there; any answer counts.
    private func beat(_ connection: AgentConnection) {
        connection.pulse = loop.schedule(after: settings.heartbeatInterval) { [weak self, weak connection] in
            guard let self, let connection, connection.socket.isOpen else { return }
            connection.ping()
            beat(connection)
        }
    }

    /// A hub says what it serves, or an agent wants to serve something else.
    private func registered(_ connection: AgentConnection, _ frame: AgentFrame) {
        switch frame {
        case .registered(_, let models, _, let limit):
            guard connection.identity.isHub else { return }
            if let limit { connection.peerLimit = min(limit, AgentConnection.messageLimit) }
            let known = models.filter { admission.models.contains($0) }
            if !known.isEmpty { serve(connection, known) }
        case .register, .invoke, .result, .chunk, .error, .cancel, .leave, .ping, .pong, .unknown: break
        }
    }

    private func forget(_ connection: AgentConnection) {
        guard connections.removeValue(forKey: connection.number) != nil else { return }
        if let pulse = connection.pulse { loop.cancel(pulse) }
        connection.pulse = nil
        directory.leave(connection.number, at: .now)
        connection.failAll()
    }

    // MARK: Requests

    /// Finds an agent for a worker's request and hands it over; waits for one that left a moment ago.
    func serve(_ stream: DataStream) async {
        // A client that left at once has already cancelled.
        if stream.isOver { return }
        // Answers that run are finished; a new one would make the end wait for ever.
        if isLeaving { return refuse(stream) }
        guard let (head, body) = stream.takeOpening(), let model = head["model"]?.string,
            let id = head["id"]?.string
        else {
            return stream.fail(code: "internal_error", "a request without model or id")
        }
        guard let connection = await agent(for: model, unlessEnded: stream) else {
            if isLeaving { return refuse(stream) }
            return stream.fail(code: "agent_unavailable", "no agent is connected for model '\(model)'")
        }
        if stream.isOver { return directory.release(connection.number) }
        connection.invoke(id, body, for: stream)
    }

    /// Nobody has seen it yet: the worker may ask whoever comes next.
    private func refuse(_ stream: DataStream) { stream.fail(code: DataStream.leaving, "the bridge leaves") }

    private func agent(for model: String, unlessEnded stream: DataStream) async -> AgentConnection? {
        if let connection = choose(model) { return connection }
        guard directory.mayReturn(model, at: .now) else { return nil }
        var hasEnded = false
        stream.onEvent = { [arrivals] _ in
            hasEnded = true
            arrivals.announce()
        }
        var chosen: AgentConnection?
        _ = await arrivals.until(within: Self.patience) {
            if !hasEnded, !isLeaving, chosen == nil { chosen = choose(model) }
            return hasEnded || isLeaving || chosen != nil
        }
        return chosen
    }

    /// An agent whose connection has ended says nothing more, though its end may take a moment.
    private func choose(_ model: String) -> AgentConnection? {
        while let number = directory.choose(model) {
            guard let connection = connections[number] else { return nil }
            if connection.socket.isOpen { return connection }
            forget(connection)
        }
        return nil
    }
}
