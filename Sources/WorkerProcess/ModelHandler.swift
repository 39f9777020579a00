import Config
import Gateway
import IPC
import Posix

/// Tells which models there are, and what they can do.
final class ModelHandler {
    private let bridge: BridgeView

    init(_ bridge: BridgeView) { self.bridge = bridge }

    // MARK: OpenAI

    func list(_ visit: Visit, _ door: Site.Door, _ site: Site) {
        visit.json(ModelList.openAI(visible(visit, door), created: site.sinceSeconds))
    }

    func show(_ name: String, _ visit: Visit, _ door: Site.Door, _ site: Site) throws(GatewayError) {
        guard visible(visit, door).contains(name) else { throw .modelNotFound(name) }
        visit.json(ModelList.openAI(name, created: site.sinceSeconds))
    }

    // MARK: Ollama

    func tags(_ visit: Visit, _ door: Site.Door, _ site: Site) {
        visit.json(ModelList.ollama(visible(visit, door), modified: site.since))
    }

    /// `POST /api/show`.
    func show(_ visit: Visit, _ door: Site.Door, _ site: Site) async throws(GatewayError) {
        let name = try ModelName.shown(try await visit.body(site))
        let row = try row(name, visit, door, site)
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
        let running = visible(visit, door).filter { name in
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
        try visit.route(to: name, door, site).row ?? Configuration.Model(name: name)
    }

    private func visible(_ visit: Visit, _ door: Site.Door) -> [String] {
        door.models.filter { visit.principal.models.contains($0) }
    }
}
