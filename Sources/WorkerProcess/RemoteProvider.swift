import Config
import Events
import Gateway
import HTTP
import Posix
import Transport

/// A provider behind HTTP, as a worker knows it.
final class RemoteProvider {
    let provider: Configuration.Provider
    let upstream: Upstream
    private let key: String?
    /// It has refused to be asked for the usage of a stream, and is not asked again.
    private var refusesStreamOptions = false

    init(_ provider: Configuration.Provider, key: String?, upstream: Upstream) {
        self.provider = provider
        self.key = key
        self.upstream = upstream
    }

    /// Whether a stream has to be asked for its usage.
    var mustAskForUsage: Bool { provider.type.streamUsage == .onRequest && !refusesStreamOptions }

    /// Remembers that it refused to be asked.
    func learnRefusal() { refusesStreamOptions = true }

    /// The head of a request for a model, with what of the client's own fields is the provider's business.
    func head(_ kind: RelayRequest.Kind, model: String, from client: Fields) -> ClientRequestHead {
        ClientRequestHead(
            method: .post,
            target: target(kind, model: model),
            host: upstream.settings.url.authority,
            fields: RelayFields.request(provider, key: key, from: client)
        )
    }

    private func target(_ kind: RelayRequest.Kind, model: String) -> String {
        let base = upstream.settings.url.path
        guard provider.type.hasDeployments else { return base + kind.path }
        let name = PercentEncoding.segment(model)
        return "\(base)/openai/deployments/\(name)\(kind.path)?api-version=\(provider.apiVersion)"
    }

    /// Whether bytes that a client would see contain the provider's key.
    func isRevealed(in bytes: [UInt8]) -> Bool {
        guard let key = key.map({ Array($0.utf8) }), let first = key.first, bytes.count >= key.count else {
            return false
        }
        return bytes.indices.dropLast(key.count - 1).contains { start in
            bytes[start] == first && bytes[start..<start + key.count].elementsEqual(key)
        }
    }
}

/// The providers behind HTTP that the configuration in force has.
final class RemoteProviders {
    private let names: NameCache
    private let loop: EventLoop
    private var all: [String: RemoteProvider] = [:]

    init(names: NameCache, on loop: EventLoop) {
        self.names = names
        self.loop = loop
    }

    /// The provider of that name; nil: there is none, or it is none behind HTTP.
    subscript(_ name: String) -> RemoteProvider? { all[name] }

    /// Goes over to another configuration; connections to those that stay as they are, are kept.
    func adopt(_ providers: [Configuration.Provider], keys: [String: String]) {
        let before = all
        all = [:]
        for provider in providers where provider.isEnabled {
            guard let settings = Upstream.Settings(provider) else { continue }
            let old = before[provider.name]
            let upstream =
                old.flatMap { $0.upstream.settings == settings ? $0.upstream : nil }
                ?? Upstream(settings, names: names, on: loop)
            all[provider.name] = RemoteProvider(provider, key: keys[provider.name], upstream: upstream)
        }
        for (name, old) in before where all[name]?.upstream !== old.upstream { old.upstream.retire() }
    }
}

extension Upstream.Settings {
    /// Nil: the provider is none behind HTTP.
    fileprivate init?(_ provider: Configuration.Provider) {
        guard let url = provider.address.flatMap(UpstreamURL.init) else { return nil }
        self.init(url: url)
        connectTimeout = provider.connectTimeout
        idleTimeout = provider.idleTimeout
    }
}
