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

    init(_ providers: [Configuration.Provider.Kind: any Provider], governor: Governor) {
        self.providers = providers
        self.governor = governor
    }

    func answer(_ form: ChatRequest.Form, _ visit: Visit, _ door: Site.Door, _ site: Site)
        async throws(GatewayError)
    {
        let startedAt = WallClock.nanoseconds
        let request = try Self.parse(try await Self.body(visit, site), as: form)
        visit.model = request.model
        let call = try self.call(request, visit, door, site)
        if let answer = request.residencyAnswer(at: startedAt) { return visit.json(answer) }
        let grant = try governor.admit(visit, call, at: door)
        var relay: AnswerRelay?
        defer { if let grant { governor.settle(grant, cost: relay?.cost ?? 0) } }
        let answer = try await call.provider.begin(call)
        let encoder = AnswerEncoder(
            request: request,
            id: visit.id.completionID,
            startedAt: startedAt,
            profile: door.profile
        )
        let running = AnswerRelay(answer, encoder, streams: request.streams, visit, site)
        relay = running
        try await running.run()
    }

    private func call(
        _ request: ChatRequest,
        _ visit: Visit,
        _ door: Site.Door,
        _ site: Site,
    ) throws(GatewayError) -> ModelCall {
        guard door.listener.models.contains(request.model),
            let route = site.configuration.route(for: request.model),
            let provider = providers[route.provider.type]
        else { throw .modelNotFound(request.model) }
        guard visit.principal.models.contains(request.model) else { throw .modelNotAllowed(request.model) }
        return ModelCall(
            request: request,
            id: visit.id,
            provider: provider,
            model: route.modelName,
            row: route.row,
            site: site
        )
    }

    private static func body(_ visit: Visit, _ site: Site) async throws(GatewayError) -> [UInt8] {
        if isMultipart(visit.exchange.head) { throw .unsupportedMediaType }
        do throws(BodyError) {
            return try await visit.exchange.body()
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
    private static func isMultipart(_ head: RequestHead) -> Bool {
        guard let type = head.fields.bytes(of: "content-type") else { return false }
        return zip(type, "multipart/".utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 } && type.count >= 10
    }

    private static func parse(_ body: [UInt8], as form: ChatRequest.Form) throws(GatewayError) -> ChatRequest
    {
        switch form {
        case .openAI: try ChatRequest(openAI: body)
        case .ollamaChat: try ChatRequest(ollamaChat: body)
        case .ollamaGenerate: try ChatRequest(ollamaGenerate: body)
        }
    }
}
