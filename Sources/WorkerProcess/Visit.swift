import Config
import Gateway
import HTTP
import Posix
import Shared
import Transport

/// One request on its way through the worker, and how it is answered.
final class Visit {
    let exchange: Exchange
    let begin: Moment
    let id: RequestID
    /// Our name for it.
    let ownName: String
    /// The client's name for it; nil: it gave none.
    let givenName: String?
    /// Of the configuration that it is answered by.
    let generation: Int
    /// Who answers, if clients may know.
    var worker: String?
    var door: Site.Door?
    var dialect = Dialect.plain
    var principal = Principal.anonymous
    /// The page that a browser sent it for; the answer must allow it.
    var origin: String?
    /// The id of the session that it belongs to; nil: it asks nothing of a model.
    var session: String?
    /// What the limiter has let in; nil: nothing, or nothing is limited.
    var permit: LimitPermit?
    /// How whoever asked stands with the limits that the request has run into.
    var refusedStanding: LimitStanding?
    /// For the log.
    var model: String?
    var error: GatewayError?
    /// The upstream's name for it; nil: there is no upstream, or it gave none.
    var upstreamName: String?
    /// Who was asked for an answer.
    var provider: String?
    /// It is kept for `why`: somebody had to show a key for it, or it failed.
    var isWorthTelling = false
    /// The configuration has that model, or the list of its provider has.
    var isModelKnown = false
    /// The model that the path names; nil: none, or it is answered.
    var namedModel: String?
    /// What its answer has come to; nil: there was none.
    var tally: Tally?
    private(set) var isAbandoned = false

    init(_ exchange: Exchange, id: RequestID, generation: Int, begin: Moment) {
        self.exchange = exchange
        self.id = id
        self.generation = generation
        self.begin = begin
        ownName = id.description
        givenName = RequestID.fromClient(exchange.head.fields)
    }

    /// As the client knows it.
    var name: String { givenName ?? ownName }

    /// Whose request it is, in limits and sessions: the key's, else the address's.
    var owner: String { principal.keyID.map { "key \($0)" } ?? exchange.client }

    func json(_ body: [UInt8]) { respond(200, ["content-type": ErrorAnswer.jsonType(for: dialect)], body) }

    func text(_ status: Int, _ body: [UInt8]) {
        respond(status, ["content-type": "text/plain; charset=utf-8"], body)
    }

    func respond(_ status: Int, _ fields: FieldList, _ body: [UInt8]) {
        exchange.respond(status, completed(fields), body: body)
    }

    /// The one place where an error becomes an answer.
    func refuse(_ error: GatewayError) {
        self.error = error
        // The answer is ours.
        upstreamName = nil
        let answer = ErrorAnswer(error, for: dialect, profile: door?.profile ?? .default)
        var fields: FieldList = ["content-type": ErrorAnswer.contentType(for: dialect)]
        for (name, value) in answer.fields { fields.append(name, value) }
        respond(answer.status, fields, answer.body(for: dialect))
    }

    /// Nobody is left to be answered; the log says 499, as other servers do.
    func abandon() {
        isAbandoned = true
        exchange.abandon()
    }

    /// What every answer says besides.
    func completed(_ fields: FieldList) -> FieldList {
        var fields = fields
        // The upstream's name for it, if there is one, is what its own support asks for.
        fields.append(upstreamName == nil ? "x-request-id" : "x-gatehouse-request-id", name)
        if let session { fields.append(SessionHandler.field, session) }
        if let standing = permit?.standing ?? refusedStanding { Self.append(standing, to: &fields) }
        if let worker { fields.append("x-gatehouse-worker", worker) }
        if let origin { for (name, value) in OriginPolicy.fields(for: origin) { fields.append(name, value) } }
        return fields
    }

    private static func append(_ standing: LimitStanding, to fields: inout FieldList) {
        let (rules, reset) = (standing.rules, standing.resetsAfter)
        RateLimitFields.append(
            .requests,
            limit: rules.requests,
            left: standing.requestsLeft,
            resetsAfter: reset,
            to: &fields
        )
        RateLimitFields.append(
            .tokens,
            limit: rules.tokens,
            left: standing.tokensLeft,
            resetsAfter: reset,
            to: &fields
        )
    }

    /// Writes down what became of it, for those who ask later.
    func trace(with pen: consuming RequestTrace.Pen, microseconds: Int, processID: Int, worker: Int) {
        let head = exchange.head
        let path = head.rawPath
        let answer = error.map { ErrorAnswer($0, for: .plain, profile: .default) }
        pen.write(
            at: WallClock.nanoseconds - Int64(microseconds) * 1000,
            microseconds: microseconds,
            bytes: exchange.bodyBytes,
            status: status,
            generation: generation,
            worker: worker,
            processID: processID,
            id: ownName,
            name: givenName ?? upstreamName ?? ownName,
            method: head.method.name,
            path: path.contains(UInt8(ascii: "%")) ? ArraySlice(head.path.utf8) : path,
            client: exchange.client,
            key: principal.keyID,
            model: model,
            provider: provider,
            error: answer?.code,
            message: answer?.message
        )
    }

    /// As the log has it.
    var status: Int { isAbandoned ? 499 : exchange.status ?? 0 }
}

extension Visit {
    /// Who answers for a model that may be asked for here, by whoever asks.
    ///
    /// - Throws: `.modelNotFound`, `.modelNotAllowed`.
    func route(to name: String, _ door: Site.Door, _ site: Site, _ remotes: RemoteProviders)
        throws(GatewayError) -> Site.Route
    {
        guard let route = site.route(for: name) else {
            model = name
            throw .modelNotFound(name)
        }
        try follow(route, to: name, door, remotes)
        return route
    }

    /// Makes sure that whoever asks may go that way.
    ///
    /// - Throws: `.modelNotFound`, `.modelNotAllowed`.
    func follow(_ route: Site.Route, to name: String, _ door: Site.Door, _ remotes: RemoteProviders)
        throws(GatewayError)
    {
        model = name
        guard door.listener.models.contains(name) else { throw .modelNotFound(name) }
        isModelKnown = route.isConfigured || remotes.lists(name, of: route.provider.name)
        provider = route.provider.name
        guard principal.models.contains(name) else { throw .modelNotAllowed(name) }
    }

    /// The body, whole.
    ///
    /// - Throws: `.unsupportedMediaType`, `.requestTooLarge`, `.malformedRequest`.
    func body(_ site: Site) async throws(GatewayError) -> [UInt8] {
        if isMultipart { throw .unsupportedMediaType }
        do throws(BodyError) {
            return try await exchange.body()
        } catch {
            switch error {
            case .refused(let refusal) where refusal.status == 413:
                throw .requestTooLarge(limit: site.configuration.server.requestBodyLimit)
            case .refused(let refusal):
                throw .malformedRequest(status: refusal.status, reason: refusal.reason)
            case .disconnected:
                throw .malformedRequest(status: 400, reason: "the body ended before its length")
            }
        }
    }

    /// Programs send JSON under many names, but never in parts.
    private var isMultipart: Bool { exchange.head.fields.begins("content-type", with: "multipart/") }
}
