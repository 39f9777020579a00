import Config
import Gateway
import IPC
import Posix

/// Tells which models there are, and what they can do.
final class ModelHandler {
    private let bridge: BridgeView
    private let remotes: RemoteProviders

    init(_ bridge: BridgeView, _ remotes: RemoteProviders) {
        self.bridge = bridge
        self.remotes = remotes
    }

    // MARK: Lists

    /// Answers with what is known; false: a provider has to be heard first.
    func list(_ endpoint: Endpoint, _ visit: Visit, _ door: Site.Door, _ site: Site) -> Bool {
        if mustWait(site) { return false }
        tell(endpoint, visit, door, site)
        return true
    }

    func listLater(_ endpoint: Endpoint, _ visit: Visit, _ door: Site.Door, _ site: Site) async {
        await arrived(site)
        tell(endpoint, visit, door, site)
    }

    private func tell(_ endpoint: Endpoint, _ visit: Visit, _ door: Site.Door, _ site: Site) {
        let names = visible(visit, door, site)
        visit.json(
            endpoint == .ollamaTags
                ? ModelList.ollama(names, modified: site.since)
                : ModelList.openAI(names, created: site.sinceSeconds)
        )
    }

    // MARK: Single models

    /// `GET /v1/models/{id}`; false: a provider has to be heard first.
    func show(_ name: String, _ visit: Visit, _ door: Site.Door, _ site: Site) throws(GatewayError) -> Bool {
        if !configured(visit, door).contains(name), mustWait(site) {
            visit.namedModel = name
            return false
        }
        guard visible(visit, door, site).contains(name) else { throw .modelNotFound(name) }
        visit.json(ModelList.openAI(name, created: site.sinceSeconds))
        return true
    }

    func showLater(_ visit: Visit, _ door: Site.Door, _ site: Site) async throws(GatewayError) {
        await arrived(site)
        let name = visit.namedModel ?? ""
        guard visible(visit, door, site).contains(name) else { throw .modelNotFound(name) }
        visit.json(ModelList.openAI(name, created: site.sinceSeconds))
    }

    /// `POST /api/show`.
    func show(_ visit: Visit, _ door: Site.Door, _ site: Site) async throws(GatewayError) {
        let name = try ModelName.shown(try await visit.body(site))
        let row = try row(name, visit, door, site)
        if !configured(visit, door).contains(name), mustWait(site) { await arrived(site) }
        guard visible(visit, door, site).contains(name) else { throw .modelNotFound(name) }
        visit.json(
            ModelList.ollama(
                name,
                contextLength: row.contextLength,
                maxTokens: row.maxTokens,
                modified: site.since
            )
        )
    }

    /// `GET /api/ps`: those that somebody would answer for now.
    func running(_ visit: Visit, _ door: Site.Door, _ site: Site) async {
        let served = Set(await bridge.status()?.agents.flatMap(\.models) ?? [])
        let running = configured(visit, door).filter { name in
            guard let route = site.route(for: name) else { return false }
            return route.provider.type.format != .agent || served.contains(route.modelName)
        }
        let rows = running.map { ($0, site.route(for: $0)?.row?.contextLength) }
        let expires = WallClock.nanoseconds + site.configuration.bridge.heartbeatInterval.nanoseconds
        visit.json(ModelList.ollamaRunning(rows, modified: site.since, expires: expires))
    }

    // MARK: Embeddings

    /// Agents talk; none of them counts in vectors.
    func refuseEmbeddings(
        _ body: [UInt8],
        _ form: ModelName.Input,
        _ visit: Visit,
        _ door: Site.Door,
        _ site: Site,
    ) throws(GatewayError) {
        let name = try ModelName.embedding(body, form)
        _ = try row(name, visit, door, site)
        throw .notSupported(operation: "embeddings", model: name)
    }

    /// The row of a model that whoever asks may use here.
    private func row(_ name: String, _ visit: Visit, _ door: Site.Door, _ site: Site) throws(GatewayError)
        -> Configuration.Model
    {
        try visit.route(to: name, door, site, remotes).row ?? Configuration.Model(name: name)
    }

    // MARK: What there is

    private func configured(_ visit: Visit, _ door: Site.Door) -> [String] {
        door.models.filter { visit.principal.models.contains($0) }
    }

    /// What whoever asks may use here: of the configuration, then of the providers that list more.
    private func visible(_ visit: Visit, _ door: Site.Door, _ site: Site) -> [String] {
        OfferedModels.visible(
            door.models,
            and: inquiries(site).map(\.names),
            to: [door.listener.models, visit.principal.models]
        )
    }

    /// Asks all providers that it is time to ask; whether there is nothing to show before one of them answers.
    private func mustWait(_ site: Site) -> Bool {
        // All are to begin, whatever the first says.
        inquiries(site).map { $0.begin() }.contains(true)
    }

    /// Each has begun already, so that the longest wait is that for one.
    private func arrived(_ site: Site) async {
        for inquiry in inquiries(site) { await inquiry.arrived() }
    }

    private func inquiries(_ site: Site) -> [ModelInquiry] {
        site.openProviders.compactMap { remotes[$0]?.inquiry }
    }
}
