import Config
import Gateway
import HTTP
import IPC
import Log
import Posix
import Shared
import Transport

/// Takes each request from its head to its answer: who may, what for, and the one place where errors become answers.
final class RequestHandler {
    private let router: Router<Endpoint.Row>
    private let log: Logger
    private let dispatcher: Dispatcher
    private let governor: Governor
    private let audit: WorkerAudit
    private let shared: SharedState
    private let slot: Int
    private let processID = Int(ProcessInformation.pid)
    private let counting: Counting
    /// The process, as clients may see it: `worker:0/4711`.
    private let worker: String
    private var ids: RequestID.Source
    private var access = AccessLine()
    /// The host that was allowed last, and where.
    private var allowed: (door: Site.Door?, host: [UInt8]) = (nil, [])

    /// What the configuration in force decides.
    var site: Site { didSet { remember(oldValue) } }
    /// Listeners that are gone, for those who came through them and are still here.
    private var formerDoors: [String: Site.Door] = [:]

    init(
        _ site: Site,
        _ dispatcher: Dispatcher,
        governor: Governor,
        audit: WorkerAudit,
        shared: SharedState,
        lease: Int,
        slot: Int,
        log: Logger,
    ) throws(RouteFault) {
        self.shared = shared
        self.slot = slot
        counting = Counting(shared.metrics, lease: lease)
        self.site = site
        self.dispatcher = dispatcher
        self.governor = governor
        self.audit = audit
        self.log = log
        worker = "\(log.process)/\(processID)"
        router = try Endpoint.router()
        ids = RequestID.Source(nonce: .random(in: 0 ... .max))
    }

    func handle(_ exchange: Exchange) async {
        let site = site
        let visit = visit(exchange, site)
        do throws(GatewayError) {
            if let rest = try enter(visit, site), let door = visit.door {
                try await dispatcher.answerLater(rest, visit, door, site)
            }
        } catch {
            refuse(visit, error)
        }
        conclude(visit, site)
    }

    // What needs much room for a moment is apart, or an answer would keep the room for as long as it lasts.

    @inline(never)
    private func visit(_ exchange: Exchange, _ site: Site) -> Visit {
        let visit = Visit(exchange, id: ids.next(), generation: site.generation, begin: .now)
        if site.configuration.server.isDebugging { visit.worker = worker }
        FaultPoint.reach(.request, as: log.process)
        visit.dialect = Dialect(guessingFrom: exchange.head.rawPath)
        return visit
    }

    /// Answers what needs nobody else; the endpoint of anything else.
    @inline(never)
    private func enter(_ visit: Visit, _ site: Site) throws(GatewayError) -> Endpoint? {
        let door = try door(of: visit.exchange, site)
        visit.door = door
        visit.origin = try origin(of: visit.exchange.head, at: door)
        return try route(visit, door, site)
    }

    @inline(never)
    private func refuse(_ visit: Visit, _ error: GatewayError) {
        visit.refuse(error)
        if let event = error.auditEvent { audit.note(event, "refused", visit, error.code) }
        if error == .internalError { log.error("internal error", ["id": .init(visit.name)]) }
    }

    /// Tells everybody who wants to know what became of it.
    @inline(never)
    private func conclude(_ visit: Visit, _ site: Site) {
        complain(visit)
        let took = Moment.now.microseconds(since: visit.begin)
        counting.count(visit, microseconds: took)
        tell(visit, microseconds: took)
        guard site.configuration.log.logsAccess else { return }
        log.append {
            access.write(with: &$0, visit, microseconds: took, process: log.process, format: log.format)
        }
    }

    /// What an operator has to look into: that somebody failed who is to answer.
    private func complain(_ visit: Visit) {
        if case .agentFailed(let reason)? = visit.error {
            log.warning("agent failed", ["id": .init(visit.name), "reason": .init(reason)])
        } else if let (provider, reason) = visit.error?.failedProvider {
            log.warning(
                "provider failed",
                ["id": .init(visit.name), "provider": .init(provider), "reason": .init(reason)]
            )
        }
    }

    /// Keeps what became of the request, for `gatehousectl why`.
    private func tell(_ visit: Visit, microseconds: Int) {
        guard visit.isWorthTelling || visit.error != nil else { return }
        shared.requests.append(ring: slot) {
            visit.trace(with: $0, microseconds: microseconds, processID: processID, worker: slot)
        }
    }

    private func remember(_ before: Site) {
        for door in before.doors { formerDoors[door.listener.name] = door }
        for door in site.doors { formerDoors[door.listener.name] = nil }
    }

    /// Where the client came in; if that is gone meanwhile, this is the last answer on its connection.
    private func door(of exchange: Exchange, _ site: Site) throws(GatewayError) -> Site.Door {
        if let door = site.door(exchange.listener) { return door }
        exchange.closeAfterwards()
        guard let former = formerDoors[exchange.listener] else { throw .shuttingDown }
        return former
    }

    /// Clients name the same host again and again; one that was allowed here needs no second look.
    private func origin(of head: RequestHead, at door: Site.Door) throws(GatewayError) -> String? {
        let host = head.fields.bytes(of: "host")
        if door === allowed.door, let host, host.elementsEqual(allowed.host), !head.fields.contains("origin")
        {
            return nil
        }
        let origin = try door.policy.origin(of: head)
        if let host { allowed = (door, Array(host)) }
        return origin
    }

    /// The answer to what is no request that could be handled.
    func spell(_ refusal: Refusal, _ target: [UInt8]) -> (FieldList, [UInt8]) {
        let dialect = Dialect(guessingFrom: target[...])
        let error =
            refusal.status == 413
            ? GatewayError.requestTooLarge(limit: site.configuration.server.requestBodyLimit)
            : .malformedRequest(status: refusal.status, reason: refusal.reason)
        let answer = ErrorAnswer(error, for: dialect, profile: .default)
        return (
            ["content-type": ErrorAnswer.contentType(for: dialect), "x-request-id": ids.next().description],
            answer.body(for: dialect)
        )
    }

    /// Finds the endpoint, and checks whether it may be had.
    private func route(
        _ visit: Visit,
        _ door: Site.Door,
        _ site: Site
    ) throws(GatewayError) -> Endpoint? {
        let head = visit.exchange.head
        switch router.match(head.method, path: head.rawPath, groups: door.groups) {
        case .found(let row, let parameters):
            visit.dialect = row.dialect
            if !row.scopes.isEmpty { try authenticate(visit, door, site, for: row.scopes) }
            let isAnswered = try dispatcher.answer(row.endpoint, parameters, visit, door, site)
            return isAnswered ? nil : row.endpoint
        case .options(let allow):
            preflight(visit, allow)
            return nil
        case .methodNotAllowed(let allow):
            throw .methodNotAllowed(allow: allow.map(\.name).joined(separator: ", "))
        case .upgradeRequired, .notFound:
            throw .notFound(path: head.path)
        }
    }

    private func authenticate(
        _ visit: Visit,
        _ door: Site.Door,
        _ site: Site,
        for scopes: [Scope],
    ) throws(GatewayError) {
        visit.isWorthTelling = true
        let auth = site.configuration.auth
        do throws(GatewayError) {
            visit.principal = try Authentication.principal(
                for: visit.exchange.head,
                header: auth.header,
                keyring: site.keyring,
                required: door.listener.auth == .required,
                now: WallClock.seconds
            )
        } catch {
            if error == .unauthorized, try carriesKey(visit, auth.header) {
                try governor.countWrongKey(visit, limit: auth.attemptsPerMinute)
            }
            throw error
        }
        guard scopes.contains(where: { visit.principal.scopes.contains($0) }) else { throw .forbiddenScope }
    }

    private func carriesKey(_ visit: Visit, _ header: String?) throws(GatewayError) -> Bool {
        try Authentication.presented(in: visit.exchange.head.fields, header: header) != nil
    }

    private func preflight(_ visit: Visit, _ methods: [HTTP.Method]) {
        let allow = methods.map(\.name).joined(separator: ", ")
        var fields: FieldList = ["allow": allow]
        if let origin = visit.origin {
            let preflight = OriginPolicy.preflightFields(
                for: visit.exchange.head,
                origin: origin,
                allow: allow
            )
            for (name, value) in preflight { fields.append(name, value) }
            visit.origin = nil
        }
        visit.respond(204, fields, [])
    }
}
