import Config
import Events
import IPC
import Log
import Posix
import Shared
import TLS
import Transport

/// The providers behind HTTP that the configuration in force has.
final class RemoteProviders {
    /// Stores what is said with those that are to be recorded; nil: there is no place for it.
    var recorder: Recorder?
    private let names: NameCache
    private let limits: LimitTable
    private let log: Logger
    private let loop: EventLoop
    private let spawn: (@escaping () async -> Void) -> Void
    private let proxies = ProxyRules(environment: ProcessInformation.environment)
    /// Whom to trust, by what tells one trust from another; made once, for files are read.
    private var trusted: [String: TLSContext] = [:]
    private var all: [String: RemoteProvider] = [:]

    init(
        limits: LimitTable,
        log: Logger,
        on loop: EventLoop,
        spawn: @escaping (@escaping () async -> Void) -> Void,
    ) {
        names = NameCache(on: loop, spawn: spawn)
        self.limits = limits
        self.log = log
        self.loop = loop
        self.spawn = spawn
    }

    /// The provider of that name; nil: there is none, or it is none behind HTTP.
    subscript(_ name: String) -> RemoteProvider? { all[name] }

    /// Whether the provider of that name has listed that model.
    func lists(_ model: String, of provider: String) -> Bool {
        all[provider]?.inquiry?.contains(model) ?? false
    }

    /// Reads the certificates that another configuration trusts.
    ///
    /// - Throws: which of them cannot be used.
    func prepare(_ configuration: Configuration, _ secrets: ChildSecrets) throws(ChildFault) {
        for provider in configuration.providers where provider.isEnabled {
            guard let settings = settings(provider, secrets), settings.url.isSecure,
                trusted[settings.trust] == nil
            else { continue }
            do throws(TLSFault) {
                let trust = provider.caFile.map { TLSTrust.file($0) } ?? .system
                trusted[settings.trust] = try TLSContext.client(trust: trust, protocols: ["http/1.1"])
            } catch {
                throw ChildFault("providers.\(provider.name).ca_file: \(error)")
            }
        }
    }

    /// Goes over to a configuration that was prepared; connections to those that stay as they are, are kept.
    func adopt(_ configuration: Configuration, _ secrets: ChildSecrets, lease: Int) {
        let before = all
        all = [:]
        for provider in configuration.providers where provider.isEnabled {
            guard let settings = settings(provider, secrets) else { continue }
            let old = before[provider.name]
            let isKept = old?.upstream.settings == settings && provider.type != .replay
            let upstream = (isKept ? old?.upstream : nil) ?? makeUpstream(settings, for: provider)
            let key = secrets.providerKeys[provider.name]
            all[provider.name] = RemoteProvider(
                provider,
                key: key,
                upstream: upstream,
                recorder: provider.isRecorded && provider.type != .replay ? recorder : nil,
                room: room("provider \(provider.name)", provider.maxConcurrent, provider, lease),
                modelRooms: rooms(configuration.models, of: provider, lease),
                inquiry: provider.servesAnyModel ? inquiry(provider, key, upstream, old) : nil
            )
        }
        for (name, old) in before where all[name]?.upstream !== old.upstream { old.upstream.retire() }
    }
}

extension RemoteProviders {
    /// Nil: the provider is none behind HTTP.
    private func settings(_ provider: Configuration.Provider, _ secrets: ChildSecrets) -> Upstream.Settings? {
        guard let url = provider.address.flatMap(UpstreamURL.init) else { return nil }
        var settings = Upstream.Settings(url: url)
        settings.connectTimeout = provider.connectTimeout
        settings.idleTimeout = provider.idleTimeout
        settings.proxies = proxies
        settings.trust = secrets.files["providers.\(provider.name).ca_file"] ?? ""
        return settings
    }

    private func makeUpstream(_ settings: Upstream.Settings, for provider: Configuration.Provider) -> Upstream
    {
        guard provider.type == .replay else {
            return Upstream(settings, names: names, tls: trusted[settings.trust], on: loop)
        }
        let replay = Replay(provider, log: log, on: loop, spawn: spawn)
        var settings = settings
        // A connection for each exchange, so that a fault is always that of the request.
        settings.idleTimeout = .zero
        return Upstream(settings, names: names, on: loop) { () throws(UpstreamFault) in try replay.open() }
    }

    /// The one that there was, with all that it knows, as long as it would ask the same of the same.
    private func inquiry(
        _ provider: Configuration.Provider,
        _ key: String?,
        _ upstream: Upstream,
        _ old: RemoteProvider?,
    ) -> ModelInquiry {
        if let kept = old?.inquiry, kept.isOf(provider, key: key, upstream) { return kept }
        return ModelInquiry(provider, key: key, upstream: upstream, log: log, spawn: spawn)
    }

    private func rooms(_ models: [Configuration.Model], of provider: Configuration.Provider, _ lease: Int)
        -> [String: WaitingRoom]
    {
        models.reduce(into: [:]) { rooms, model in
            rooms[model.name] = room("model \(model.name)", model.maxConcurrent, provider, lease)
        }
    }

    /// Nil: there is no limit.
    private func room(_ name: String, _ limit: Int?, _ provider: Configuration.Provider, _ lease: Int)
        -> WaitingRoom?
    {
        limit.map { WaitingRoom(name, concurrency: $0, room: provider.maxQueue, limits, lease: lease) }
    }
}
