import Config
import Gateway
import HTTP
import Log
import Posix
import Transport

/// Answers a conversation: finds who answers for the model, and passes on what it says as it says it.
final class ChatHandler {
    private let providers: [Configuration.Provider.Kind: any Provider]
    private let governor: Governor
    private let sessions: SessionHandler
    private let journal: UsageJournal
    /// The name of this daemon among others, in usage.
    private let instance: String

    init(
        _ providers: [Configuration.Provider.Kind: any Provider],
        governor: Governor,
        sessions: SessionHandler,
        journal: UsageJournal,
        instance: String,
    ) {
        self.providers = providers
        self.governor = governor
        self.sessions = sessions
        self.journal = journal
        self.instance = instance
    }

    func answer(_ form: ChatRequest.Form, _ visit: Visit, _ door: Site.Door, _ site: Site)
        async throws(GatewayError)
    {
        let startedAt = WallClock.nanoseconds
        var request = try Self.parse(try await visit.body(site), as: form)
        if door.listener.sanitizesPrompts { request = request.sanitized() }
        visit.model = request.model
        var call = try self.call(request, visit, door, site, startedAt)
        if let answer = request.residencyAnswer(at: startedAt) { return visit.json(answer) }
        let grant = try governor.admit(visit, call, at: door)
        let records = site.configuration.store.recordsUsage
        let account = Account(visit, call, in: records ? journal : nil, instance: instance)
        defer { if let grant { end(grant, account) } }
        do throws(GatewayError) {
            call.session = try await sessions.use(visit, model: call.request.model, site)
            account.belong(to: call.session)
            try account.open(site.configuration.store.whenFull)
            try await relay(call, visit, door, account)
        } catch {
            account.close(.failed, nil, error: error.code)
            throw error
        }
    }

    /// A request that came to nothing here costs nothing.
    private func end(_ grant: Governor.Grant, _ account: Account) {
        if account.hasBegun { governor.settle(grant, cost: account.cost) } else { governor.cancel(grant) }
    }

    private func relay(_ call: ModelCall, _ visit: Visit, _ door: Site.Door, _ account: Account)
        async throws(GatewayError)
    {
        let answer = try await call.provider.begin(call)
        let encoder = AnswerEncoder(
            request: call.request,
            id: visit.id.answerID(for: call.request.form),
            startedAt: call.startedAt,
            profile: door.profile
        )
        let streams = call.request.streams
        try await AnswerRelay(answer, encoder, streams: streams, visit, account, call.site).run()
    }

    private func call(
        _ request: ChatRequest,
        _ visit: Visit,
        _ door: Site.Door,
        _ site: Site,
        _ startedAt: Int64,
    ) throws(GatewayError) -> ModelCall {
        guard door.listener.models.contains(request.model),
            let route = site.configuration.route(for: request.model),
            let provider = providers[route.provider.type]
        else { throw .modelNotFound(request.model) }
        visit.isModelKnown = true
        visit.provider = route.provider.name
        guard visit.principal.models.contains(request.model) else { throw .modelNotAllowed(request.model) }
        return ModelCall(
            request: request,
            id: visit.id,
            startedAt: startedAt,
            provider: provider,
            providerName: route.provider.name,
            model: route.modelName,
            row: route.row,
            site: site
        )
    }

    private static func parse(_ body: [UInt8], as form: ChatRequest.Form) throws(GatewayError) -> ChatRequest
    {
        switch form {
        case .openAI: try ChatRequest(openAI: body)
        case .completion: try ChatRequest(completion: body)
        case .ollamaChat: try ChatRequest(ollamaChat: body)
        case .ollamaGenerate: try ChatRequest(ollamaGenerate: body)
        }
    }
}
