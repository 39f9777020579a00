import Config
import Events
import Gateway
import HTTP
import JSON
import Posix
import Shared
import Transport

/// Gives requests their session, and lists and ends sessions for clients.
final class SessionHandler {
    /// The field by which a session is told and asked for.
    static let field = "x-session-id"

    private let table: SessionTable
    private let loop: EventLoop
    /// Until when sessions of an earlier run are waited for.
    private let restoreEnd: Moment
    private static let restoreTime = Duration.seconds(1)
    private let lease: Int
    private let audit: WorkerAudit
    /// Sessions of those who were here lately.
    private var known: [Owner: (id: String, hold: SessionHold)] = [:]
    private static let knownLimit = 4096

    /// `start`: the daemon's.
    init(_ table: SessionTable, lease: Int, audit: WorkerAudit, since start: Moment, on loop: EventLoop) {
        self.loop = loop
        restoreEnd = start + Self.restoreTime
        self.table = table
        self.lease = lease
        self.audit = audit
    }

    /// How many sessions there are.
    func count(_ policy: SessionPolicy) -> Int { table.count(policy, at: Self.now) }

    /// The session of whoever asks, whatever session the request names: another's is nobody's business.
    func use(_ visit: Visit, model: String, _ site: Site) async throws(GatewayError) -> String {
        if !table.isRestored { await untilRestored() }
        let (owner, now) = (Owner(visit, model), Self.now)
        if let (id, hold) = known[owner], table.use(hold, site.sessionPolicy, at: now) {
            visit.session = id
        } else {
            try begin(visit, owner, site, now)
        }
        if let given = visit.exchange.head.fields[Self.field], given != visit.session {
            audit.note(
                "session",
                "ignored",
                visit,
                "the session of the request is not the caller's, or has ended"
            )
        }
        return visit.session ?? ""
    }

    /// Sessions of an earlier run come first; a store that does not put them back is not waited for.
    private func untilRestored() async {
        while !table.isRestored, Moment.now < restoreEnd { await loop.sleep(for: .milliseconds(5)) }
    }

    private func begin(_ visit: Visit, _ owner: Owner, _ site: Site, _ now: Int) throws(GatewayError) {
        do throws(SessionRefusal) {
            let use = try table.use(
                visit.owner,
                model: owner.model,
                client: visit.exchange.client,
                site.sessionPolicy,
                lease: lease,
                at: now
            )
            visit.session = use.session.id
            if use.isNew { audit.note("session", "created", visit, owner.model) }
            if known.count >= Self.knownLimit { known = [:] }
            known[owner] = use.hold.map { (use.session.id, $0) }
        } catch {
            throw .sessionLimit(error.limit, retryAfter: error.retryAfter)
        }
    }

    /// Who asks what, without a new text for each request.
    private struct Owner: Hashable {
        let key: String?
        let client: String?
        let model: String

        init(_ visit: Visit, _ model: String) {
            key = visit.principal.keyID
            client = key == nil ? visit.exchange.client : nil
            self.model = model
        }
    }

    /// `GET /v1/sessions`: those of whoever asks; of everybody for a key that may observe.
    func list(_ visit: Visit, _ site: Site) {
        let seesAll = visit.principal.scopes.contains(.observe)
        let sessions = table.sessions(site.sessionPolicy, at: Self.now)
            .filter { seesAll || $0.principal == visit.owner }
            .sorted { $0.createdAt < $1.createdAt }
        visit.json(
            JSONWriter.object {
                $0.member("object", "list")
                $0.member("data", array: { Self.write(sessions, site.sessionPolicy, to: &$0) })
                $0.member("total_count", sessions.count)
            }
        )
    }

    /// `DELETE /v1/sessions/{id}`: one's own, or any for a key that may administer.
    func end(_ id: String, _ visit: Visit, _ site: Site) throws(GatewayError) {
        let mayEndAll = visit.principal.scopes.contains(.admin)
        let ended = table.end(site.sessionPolicy, at: Self.now) {
            $0.id == id && (mayEndAll || $0.principal == visit.owner)
        }
        guard !ended.isEmpty else { throw .sessionNotFound(id) }
        audit.note("session", "ended", visit, id)
        visit.json(
            JSONWriter.object {
                $0.member("session_id", id)
                $0.member("status", "revoked")
            }
        )
    }

    /// `POST /admin/revoke_all_sessions`: ends everybody's.
    func endAll(_ visit: Visit, _ site: Site) async {
        if !table.isRestored { await untilRestored() }
        let ended = table.end(site.sessionPolicy, at: Self.now) { _ in true }
        audit.note("session", "ended", visit, "all \(ended.count)")
        visit.json(
            JSONWriter.object {
                $0.member("revoked", ended.count)
                $0.member("status", "success")
            }
        )
    }

    /// `POST /control/register`: begins a session for an agent; one that it has goes on, under the id that it has.
    func register(_ visit: Visit, _ site: Site) async throws(GatewayError) {
        let policy = site.sessionPolicy
        let ttl = Int(policy.ttl.components.seconds)
        let wanted = try SessionRequest.Registration(try await visit.body(site), limit: max(1, ttl))
        if !table.isRestored { await untilRestored() }
        let owner = "agent \(wanted.agentID)"
        if let id = wanted.sessionID, table.owner(of: id, policy, at: Self.now) ?? owner != owner {
            throw .sessionInUse(id)
        }
        do throws(SessionRefusal) {
            let use = try table.use(
                owner,
                model: wanted.label ?? "",
                client: visit.exchange.client,
                policy,
                lease: lease,
                at: Self.now,
                id: wanted.sessionID,
                age: (ttl - wanted.seconds) * 1000
            )
            audit.note("session", use.isNew ? "created" : "used", visit, use.session.principal)
            visit.json(
                JSONWriter.object {
                    $0.member("registered", true)
                    Self.write(use.session, policy, to: &$0)
                }
            )
        } catch {
            throw .sessionLimit(error.limit, retryAfter: error.retryAfter)
        }
    }

    /// `POST /control/revoke`: ends one, whoever has it.
    func revoke(_ visit: Visit, _ site: Site) async throws(GatewayError) {
        let id = try SessionRequest.revocation(try await visit.body(site))
        if !table.isRestored { await untilRestored() }
        guard !table.end(site.sessionPolicy, at: Self.now, where: { $0.id == id }).isEmpty else {
            throw .sessionNotFound(id)
        }
        audit.note("session", "ended", visit, id)
        visit.json(
            JSONWriter.object {
                $0.member("revoked", true)
                $0.member("status", "success")
            }
        )
    }

    /// `GET /control/sessions`: all of them.
    func listForControl(_ visit: Visit, _ site: Site) async {
        if !table.isRestored { await untilRestored() }
        let sessions = table.sessions(site.sessionPolicy, at: Self.now).sorted { $0.createdAt < $1.createdAt }
        visit.json(
            JSONWriter.object {
                $0.member("sessions", array: { Self.write(sessions, site.sessionPolicy, to: &$0) })
                $0.member("total_count", sessions.count)
                $0.member("active_count", sessions.count)
            }
        )
    }

    private static func write(_ sessions: [Session], _ policy: SessionPolicy, to list: inout JSONWriter) {
        for session in sessions { list.element(object: { write(session, policy, to: &$0) }) }
    }

    private static func write(_ session: Session, _ policy: SessionPolicy, to writer: inout JSONWriter) {
        let time = { (milliseconds: Int) in WallClock.timestamp(Int64(milliseconds) * 1_000_000) }
        writer.member("session_id", session.id)
        writer.member("status", "active")
        writer.member("principal", session.principal)
        writer.member("model", session.model)
        writer.member("client_ip", session.client)
        writer.member("created_at", time(session.createdAt))
        writer.member("expires_at", time(session.createdAt + Int(policy.ttl.milliseconds)))
        writer.member("last_activity", time(session.usedAt))
        writer.member("request_count", session.requests)
    }

    private static var now: Int { Int(WallClock.nanoseconds / 1_000_000) }
}
