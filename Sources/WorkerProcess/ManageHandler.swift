import Gateway
import HTTP
import IPC
import Posix
import Shared
import Transport

/// Tells how the daemon is: `/health` and `/metrics`.
final class ManageHandler {
    /// How often the board and the sessions are gone through, which are long.
    private static let lookInterval = Duration.milliseconds(100)

    private let shared: SharedState
    private let bridge: StandingLink
    private let sessions: SessionHandler
    private let version: String
    /// The daemon's start, not this worker's.
    private let startedAt: Moment
    private var spelled: (body: [UInt8], door: Site.Door?, at: Moment) = ([], nil, Moment(nanoseconds: 0))
    private var condition: (reasons: [String], sessions: Int, at: Moment) = ([], 0, Moment(nanoseconds: 0))

    init(_ shared: SharedState, bridge: StandingLink, sessions: SessionHandler, version: String) {
        self.shared = shared
        self.bridge = bridge
        self.sessions = sessions
        self.version = version
        startedAt = shared.board.supervisor.heartbeat ?? .now
    }

    // MARK: Health

    /// Spelled at most once a millisecond.
    func health(_ door: Site.Door, _ site: Site, now: Moment) -> [UInt8] {
        if spelled.door !== door || now - spelled.at >= .milliseconds(1) {
            spelled = (report(door, site, now), door, now)
        }
        return spelled.body
    }

    private func report(_ door: Site.Door, _ site: Site, _ now: Moment) -> [UInt8] {
        if now - condition.at >= Self.lookInterval {
            condition = (reasons, sessions.count(site.sessionPolicy), now)
        }
        return HealthReport(
            reasons: condition.reasons,
            time: WallClock.nanoseconds,
            version: version,
            uptimeSeconds: uptime,
            activeSessions: condition.sessions
        ).body(profile: door.profile)
    }

    /// What is wrong with the daemon; nothing of it keeps a request from being answered.
    private var reasons: [String] {
        let rows = shared.board.rows
        var reasons = Set(rows.compactMap(\.trouble)).sorted { $0.rawValue < $1.rawValue }.map(\.description)
        if !rows.contains(where: { $0.role == .store }) {
            reasons.insert("the store does not run; usage waits in the journal", at: 0)
        }
        if bridge.isMissing {
            reasons.insert("the bridge does not answer, so agents cannot be reached", at: 0)
        }
        return reasons
    }

    private var uptime: Int { Int((Moment.now - startedAt).components.seconds) }

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
