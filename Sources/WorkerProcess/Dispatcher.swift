import Gateway
import HTTP
import Transport

/// Finds the handler of an endpoint, for requests that may have it.
final class Dispatcher {
    private let chat: ChatHandler
    private let models: ModelHandler
    private let usage: UsageHandler
    private let sessions: SessionHandler
    private let manage: ManageHandler

    init(
        chat: ChatHandler,
        models: ModelHandler,
        usage: UsageHandler,
        sessions: SessionHandler,
        manage: ManageHandler,
    ) {
        self.chat = chat
        self.models = models
        self.usage = usage
        self.sessions = sessions
        self.manage = manage
    }

    /// Answers what needs nobody else and no body; false: ``answerLater(_:_:_:_:)`` does.
    func answer(
        _ endpoint: Endpoint,
        _ parameters: RouteParameters,
        _ visit: Visit,
        _ door: Site.Door,
        _ site: Site,
    ) throws(GatewayError) -> Bool {
        switch endpoint {
        case .chatCompletions, .completions, .ollamaChat, .ollamaGenerate, .embeddings, .ollamaEmbed,
            .ollamaEmbeddings, .ollamaShow, .ollamaRunning, .usage, .deepHealth, .configuration,
            .registerSession, .revokeSession, .revokeAllSessions, .controlSessions:
            return false
        case .models, .ollamaTags: return models.list(endpoint, visit, door, site)
        case .model: return try models.show(parameters["id"] ?? "", visit, door, site)
        case .ollamaVersion: visit.json(Version.ollama)
        case .ollamaRoot: visit.text(200, Version.ollamaRoot)
        case .health: return manage.health(visit, door)
        case .openAPI: manage.openAPI(visit, door, site)
        case .docs: try manage.docs(visit, door, site)
        case .livez: visit.text(200, Array("ok\n".utf8))
        case .readyz: manage.readiness(visit)
        case .metrics: manage.metrics(visit, site)
        case .sessions: sessions.list(visit, site)
        case .session: try sessions.end(parameters["id"] ?? "", visit, site)
        }
        return true
    }

    /// Answers the others.
    func answerLater(_ endpoint: Endpoint, _ visit: Visit, _ door: Site.Door, _ site: Site)
        async throws(GatewayError)
    {
        if let form = endpoint.chatForm { return try await chat.answer(form, visit, door, site) }
        try await answerSoon(endpoint, visit, door, site)
    }

    /// Apart, for what it takes would be held as long as an answer of a model is under way.
    @inline(never)
    private func answerSoon(_ endpoint: Endpoint, _ visit: Visit, _ door: Site.Door, _ site: Site)
        async throws(GatewayError)
    {
        switch endpoint {
        case .embeddings:
            guard let body = try await chat.relay(.embedding, visit, door, site) else { return }
            try models.refuseEmbeddings(body, .input, visit, door, site)
        case .ollamaEmbed:
            try models.refuseEmbeddings(try await visit.body(site), .input, visit, door, site)
        case .ollamaEmbeddings:
            try models.refuseEmbeddings(try await visit.body(site), .prompt, visit, door, site)
        case .models, .ollamaTags: await models.listLater(endpoint, visit, door, site)
        case .model: try await models.showLater(visit, door, site)
        case .ollamaShow: try await models.show(visit, door, site)
        case .ollamaRunning: await models.running(visit, door, site)
        case .usage: try await usage.answer(visit)
        case .health: await manage.healthLater(visit, door, site)
        case .deepHealth: await manage.deepHealth(visit, door, site)
        case .configuration: await manage.configuration(visit, door, site)
        case .registerSession: try await sessions.register(visit, site)
        case .revokeSession: try await sessions.revoke(visit, site)
        case .revokeAllSessions: await sessions.endAll(visit, site)
        case .controlSessions: await sessions.listForControl(visit, site)
        case .chatCompletions, .completions, .ollamaChat, .ollamaGenerate, .ollamaVersion, .ollamaRoot,
            .openAPI, .docs, .livez, .readyz, .metrics, .sessions, .session:
            break
        }
    }
}
