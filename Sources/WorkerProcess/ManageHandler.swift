import Config
import Gateway
import HTTP
import IPC
import Posix
import Shared
import Transport

/// Tells how the daemon is, and what it serves.
final class ManageHandler {
    /// How often the board and the sessions are gone through, which are long.
    private static let lookInterval = Duration.milliseconds(100)

    private let shared: SharedState
    private let bridge: BridgeView
    private let sessions: SessionHandler
    private let version: String
    /// The daemon's start, not this worker's.
    private let startedAt: Moment
    private var spelled: (body: [UInt8], door: Site.Door?, at: Moment) = ([], nil, Moment(nanoseconds: 0))
    private var condition: (reasons: [String], sessions: Int, at: Moment) = ([], 0, Moment(nanoseconds: 0))

    var isDraining = false

    init(_ shared: SharedState, bridge: BridgeView, sessions: SessionHandler, version: String) {
        self.shared = shared
        self.bridge = bridge
        self.sessions = sessions
        self.version = version
        startedAt = shared.board.supervisor.heartbeat ?? .now
    }

    // MARK: Health

    /// Answers with what was spelled less than a millisecond ago; false: that is too old.
    func health(_ visit: Visit, _ door: Site.Door) -> Bool {
        guard spelled.door === door, visit.begin - spelled.at < .milliseconds(1) else { return false }
        visit.json(spelled.body)
        return true
    }

    func healthLater(_ visit: Visit, _ door: Site.Door, _ site: Site) async {
        let report = await report(site)
        spelled = (report.body(profile: door.profile), door, .now)
        visit.json(spelled.body)
    }

    func deepHealth(_ visit: Visit, _ door: Site.Door, _ site: Site) async {
        let processes = shared.board.rows.filter { $0.role != .supervisor }.map { row in
            DeepHealthReport.Process(
                name: row.name,
                isDraining: row.state == .draining,
                inFlight: row.inFlight,
                connections: row.connections,
                trouble: row.trouble?.description
            )
        }
        let report = DeepHealthReport(
            await report(site),
            processes: processes,
            requests: shared.board.served,
            sessionLimit: site.sessionPolicy.limit
        )
        visit.json(report.body(profile: door.profile))
    }

    func readiness(_ visit: Visit) {
        visit.text(isDraining ? 503 : 200, Array((isDraining ? "draining\n" : "ok\n").utf8))
    }

    private func report(_ site: Site) async -> HealthReport {
        let agents = await agents
        if Moment.now - condition.at >= Self.lookInterval {
            condition = (reasons, sessions.count(site.sessionPolicy), .now)
        }
        return HealthReport(
            reasons: condition.reasons,
            time: WallClock.nanoseconds,
            version: version,
            uptimeSeconds: uptime,
            activeSessions: condition.sessions,
            agents: agents
        )
    }

    private var agents: AgentHealth {
        get async {
            guard let status = await bridge.status() else { return AgentHealth() }
            var health = AgentHealth()
            health.agents = status.agents.count
            health.lastPing = status.lastPing
            (health.messagesSent, health.messagesReceived) = (status.sent, status.received)
            health.pendingRequests = status.agents.reduce(0) { $0 + $1.inFlight }
            health.activeStreams = status.streams
            return health
        }
    }

    /// What is wrong with the daemon; nothing of it keeps a request from being answered.
    private var reasons: [String] {
        let rows = shared.board.rows
        var reasons = Set(rows.compactMap(\.trouble)).sorted { $0.rawValue < $1.rawValue }.map(\.description)
        if !rows.contains(where: { $0.role == .store }) {
            reasons.insert("the store does not run; usage waits in the journal", at: 0)
        }
        if bridge.isMissing || !rows.contains(where: { $0.role == .bridge }) {
            reasons.insert("the bridge does not answer, so agents cannot be reached", at: 0)
        }
        return reasons
    }

    private var uptime: Int { Int((Moment.now - startedAt).components.seconds) }

    // MARK: What is served

    /// `GET /config`: for the caller.
    func configuration(_ visit: Visit, _ door: Site.Door, _ site: Site) async {
        let key = site.configuration.auth.keys.first { $0.name == visit.principal.keyID }
        let report = ConfigurationReport(
            site.configuration,
            models: door.models.filter { visit.principal.models.contains($0) },
            limits: site.configuration.limits(for: key, at: door.listener),
            agents: await agents
        )
        visit.json(report.body)
    }

    /// `GET /openapi.json`: it names the models only where anybody may list them, and where there are no others.
    ///
    /// Who sends a key is not told whether it is right: what counts wrong keys is not asked here.
    func openAPI(_ visit: Visit, _ door: Site.Door, _ site: Site) {
        let isListed = door.listener.auth == .none && site.openProviders.isEmpty
        visit.json(
            OpenAPI.document(
                groups: door.listener.groups,
                models: isListed ? door.models : [],
                profile: door.profile,
                sessionSeconds: max(1, Int(site.sessionPolicy.ttl.components.seconds)),
                version: version
            )
        )
    }

    /// `GET /docs`: only while debugging.
    func docs(_ visit: Visit, _ door: Site.Door, _ site: Site) throws(GatewayError) {
        guard site.configuration.server.isDebugging else { throw .notFound(path: "/docs") }
        visit.respond(
            200,
            ["content-type": "text/html; charset=utf-8"],
            OpenAPIPage.html(door.listener.groups)
        )
    }

    // MARK: Metrics

    func metrics(_ visit: Visit, _ site: Site) {
        var metrics = MetricsReport(shared).metrics(uptimeSeconds: uptime)
        metrics.sessions = sessions.count(site.sessionPolicy)
        if wantsJSON(visit.exchange.head) { return visit.json(metrics.json) }
        visit.respond(200, ["content-type": Metrics.contentType, "vary": "accept"], metrics.text)
    }

    /// Prometheus asks for text, browsers and `curl` for anything.
    private func wantsJSON(_ head: RequestHead) -> Bool {
        head.fields["accept"]?.contains("application/json") ?? false
    }
}
