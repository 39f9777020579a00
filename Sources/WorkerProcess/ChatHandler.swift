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

    /// What lives as long as an answer is in objects: a connection keeps the room that the values once took.
    func answer(_ form: ChatRequest.Form, _ visit: Visit, _ door: Site.Door, _ site: Site)
        async throws(GatewayError)
    {
        let startedAt = WallClock.nanoseconds
        let body = try await visit.body(site)
        guard let call = try call(body, form, visit, door, site, startedAt) else { return }
        try governor.admit(visit, call, at: door)
        let records = site.configuration.store.recordsUsage
        let account = Account(visit, call, in: records ? journal : nil, instance: instance)
        defer { end(visit, account) }
        do throws(GatewayError) {
            call.session = try await sessions.use(visit, model: call.request.model, site)
            account.belong(to: call.session)
            try account.open(site.configuration.store.whenFull)
            let answer = try await call.provider.begin(call)
            try await AnswerRelay(answer, call, door.profile, visit, account).run()
        } catch {
            account.close(.failed, nil, error: error.code)
            throw error
        }
    }

    /// A request that came to nothing here costs nothing.
    private func end(_ visit: Visit, _ account: Account) {
        if account.hasBegun { governor.settle(visit, cost: account.cost) } else { governor.cancel(visit) }
    }

    /// The call that a body asks for; nil: it is answered, for nothing is asked of the model.
    @inline(never)
    private func call(
        _ body: [UInt8],
        _ form: ChatRequest.Form,
        _ visit: Visit,
        _ door: Site.Door,
        _ site: Site,
        _ startedAt: Int64,
    ) throws(GatewayError) -> ModelCall? {
        var request = try Self.parse(body, as: form)
        if door.listener.sanitizesPrompts { request = try request.sanitized() }
        let call = try call(request, visit, door, site, startedAt)
        guard let answer = request.residencyAnswer(at: startedAt) else { return call }
        visit.json(answer)
        return nil
    }

    private func call(
        _ request: ChatRequest,
        _ visit: Visit,
        _ door: Site.Door,
        _ site: Site,
        _ startedAt: Int64,
    ) throws(GatewayError) -> ModelCall {
        let route = try visit.route(to: request.model, door, site)
        guard let provider = providers[route.provider.type] else { throw .modelNotFound(request.model) }
        return ModelCall(
            request,
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
