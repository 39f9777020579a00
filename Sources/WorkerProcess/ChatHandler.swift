import Config
import Gateway
import HTTP
import JSON
import Log
import Posix
import Transport

/// Answers a request for a model: finds who answers for it, and passes on what it says as it says it.
final class ChatHandler {
    private let providers: [ProviderType.Format: any Provider]
    private let remotes: RemoteProviders
    private let governor: Governor
    private let sessions: SessionHandler
    private let journal: UsageJournal
    /// The name of this daemon among others, in usage.
    private let instance: String

    init(
        _ providers: [ProviderType.Format: any Provider],
        _ remotes: RemoteProviders,
        governor: Governor,
        sessions: SessionHandler,
        journal: UsageJournal,
        instance: String,
    ) {
        self.providers = providers
        self.remotes = remotes
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
        try await answer(call, visit, door)
    }

    /// Passes a request on to a provider of its format; the body, if there is none for the model.
    func relay(_ kind: RelayRequest.Kind, _ visit: Visit, _ door: Site.Door, _ site: Site)
        async throws(GatewayError) -> [UInt8]?
    {
        let startedAt = WallClock.nanoseconds
        let body = try await visit.body(site)
        let document = try ChatRequest.document(body)
        guard let call = try relay(document, kind, visit, door, site, startedAt) else { return body }
        try await answer(call, visit, door)
        return nil
    }

    /// Puts a question to whoever answers, within the limits, and writes down what it costs.
    private func answer(_ call: ModelCall, _ visit: Visit, _ door: Site.Door) async throws(GatewayError) {
        let account = try admit(call, visit, door)
        defer { end(visit, account) }
        do throws(GatewayError) {
            call.session = try await sessions.use(visit, model: call.asked, call.site)
            try open(account, call)
            switch relay(call, visit, account, door) {
            case let relay?: try await relay.run()
            case nil: try await converse(call, visit, account, door)
            }
        } catch {
            account.close(.failed, nil, error: error.code)
            throw error
        }
    }

    // What needs much room for a moment is apart, or an answer would keep the room for as long as it lasts.

    @inline(never)
    private func admit(_ call: ModelCall, _ visit: Visit, _ door: Site.Door) throws(GatewayError) -> Account {
        try governor.admit(visit, call, at: door)
        let isRecorded = call.site.configuration.store.recordsUsage
        return Account(visit, call, in: isRecorded ? journal : nil, instance: instance)
    }

    @inline(never)
    private func open(_ account: Account, _ call: ModelCall) throws(GatewayError) {
        account.belong(to: call.session)
        try account.open(call.site.configuration.store.whenFull)
    }

    /// Nil: the request has to be converted.
    @inline(never)
    private func relay(_ call: ModelCall, _ visit: Visit, _ account: Account, _ door: Site.Door)
        -> UpstreamRelay?
    {
        guard case .relay(let request, let remote) = call.question else { return nil }
        return UpstreamRelay(request, to: remote, call, door.profile, visit, account)
    }

    @inline(never)
    private func converse(_ call: ModelCall, _ visit: Visit, _ account: Account, _ door: Site.Door)
        async throws(GatewayError)
    {
        guard case .conversation(let request, let provider) = call.question else { return }
        let answer = try await provider.begin(call, request)
        try await AnswerRelay(answer, call, request, door.profile, visit, account).run()
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
        let document = try ChatRequest.document(body)
        if let kind = form.relayed, let call = try relay(document, kind, visit, door, site, startedAt) {
            return call
        }
        var request = try ChatRequest(document, as: form)
        if door.listener.sanitizesPrompts { request = try request.sanitized() }
        let route = try visit.route(to: request.model, door, site, remotes)
        guard let provider = providers[route.provider.type.format] else {
            throw .notSupported(operation: "Ollama's API", model: request.model)
        }
        if let answer = request.residencyAnswer(at: startedAt) {
            visit.json(answer)
            return nil
        }
        let question = ModelCall.Question.conversation(request, provider)
        return ModelCall(question, to: route, id: visit.id, startedAt: startedAt, site: site)
    }

    /// The call for a model behind a provider of the same format; nil: it is none.
    private func relay(
        _ document: JSONDocument,
        _ kind: RelayRequest.Kind,
        _ visit: Visit,
        _ door: Site.Door,
        _ site: Site,
        _ startedAt: Int64,
    ) throws(GatewayError) -> ModelCall? {
        guard let name = document.root["model"]?.string, let route = site.route(for: name),
            let remote = remotes[route.provider.name]
        else { return nil }
        try visit.follow(route, to: name, door, remotes)
        var request = RelayRequest(document, kind, model: name)
        if door.listener.sanitizesPrompts { request = try request.sanitized() }
        return ModelCall(.relay(request, remote), to: route, id: visit.id, startedAt: startedAt, site: site)
    }
}

extension ChatRequest.Form {
    /// As what it is passed on to a provider of OpenAI's format; nil: it has to be converted.
    fileprivate var relayed: RelayRequest.Kind? {
        switch self {
        case .openAI: .chat
        case .completion: .completion
        case .ollamaChat, .ollamaGenerate: nil
        }
    }
}
