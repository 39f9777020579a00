import Gateway
import HTTP
import Posix
import Transport

/// One request on its way through the worker, and how it is answered.
final class Visit {
    let exchange: Exchange
    let begin: Moment
    let id: RequestID
    /// The client's own name for it, else ours.
    let name: String
    /// Of the configuration that it is answered by.
    let generation: Int
    /// Who answers, if clients may know.
    var worker: String?
    var door: Site.Door?
    var dialect = Dialect.plain
    var principal = Principal.anonymous
    /// The page that a browser sent it for; the answer must allow it.
    var origin: String?
    /// What the answer says about the limits of whoever asked.
    var limitFields: [(name: String, value: String)] = []
    /// For the log.
    var model: String?
    var error: GatewayError?
    private(set) var isAbandoned = false

    init(_ exchange: Exchange, id: RequestID, generation: Int, begin: Moment) {
        self.exchange = exchange
        self.id = id
        self.generation = generation
        self.begin = begin
        name = RequestID.fromClient(exchange.head.fields) ?? id.description
    }

    /// Who asks, if there is no key to tell.
    var client: String { ClientName.name(of: exchange.peer) }

    func json(_ body: [UInt8]) { respond(200, ["content-type": "application/json"], body) }

    func text(_ status: Int, _ body: [UInt8]) {
        respond(status, ["content-type": "text/plain; charset=utf-8"], body)
    }

    func respond(_ status: Int, _ fields: FieldList, _ body: [UInt8]) {
        exchange.respond(status, completed(fields), body: body)
    }

    /// The one place where an error becomes an answer.
    func refuse(_ error: GatewayError) {
        self.error = error
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
        fields.append("x-request-id", name)
        for (name, value) in limitFields { fields.append(name, value) }
        if let worker { fields.append("x-gatehouse-worker", worker) }
        if let origin { for (name, value) in OriginPolicy.fields(for: origin) { fields.append(name, value) } }
        return fields
    }
}
