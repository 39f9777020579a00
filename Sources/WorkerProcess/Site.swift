import Config
import Gateway
import HTTP
import Shared

/// Everything that a configuration decides about requests; a request keeps the one it began with.
final class Site: Sendable {
    /// Who answers for a model.
    final class Route: Sendable {
        let provider: Configuration.Provider
        /// The name that the provider knows the model by.
        let modelName: String
        /// The model's row, if it has one.
        let row: Configuration.Model?
        /// Whether the configuration has the name that was asked for.
        let isConfigured: Bool

        fileprivate init(
            _ route: (provider: Configuration.Provider, modelName: String, row: Configuration.Model?),
            isConfigured: Bool = true,
        ) {
            (provider, modelName, row) = route
            self.isConfigured = isConfigured
        }
    }

    /// What is particular to one listener.
    final class Door: Sendable {
        let listener: Configuration.Listener
        let profile: Profile
        let policy: OriginPolicy
        let groups: [String]
        /// The models that can be asked for here, in the order of the file.
        let models: [String]
        /// Limits by key, and of those without.
        private let rules: [String: LimitRules]
        private let rulesOfOthers: LimitRules

        fileprivate init(_ listener: Configuration.Listener, _ configuration: Configuration) {
            self.listener = listener
            profile = .named(listener.profile)
            policy = OriginPolicy(
                allowedHosts: configuration.server.allowedHosts,
                allowedOrigins: configuration.server.allowedOrigins,
                address: listener.address
            )
            groups = listener.groups.map(\.rawValue)
            models = configuration.servedModels.filter { listener.models.contains($0) }
            var rules: [String: LimitRules] = [:]
            for key in configuration.auth.keys {
                rules[key.name] = LimitRules(configuration.limits(for: key, at: listener))
            }
            self.rules = rules
            rulesOfOthers = LimitRules(configuration.limits(for: nil, at: listener))
        }

        /// What the holder of that key may ask for here; nil: somebody without a key.
        func rules(for key: String?) -> LimitRules { key.flatMap { rules[$0] } ?? rulesOfOthers }
    }

    let configuration: Configuration
    let keyring: Keyring
    let sessionPolicy: SessionPolicy
    let generation: Int
    /// When the daemon started, in nanoseconds since 1970; models have no age of their own.
    let since: Int64
    /// In the order of the file.
    let doors: [Door]
    /// The names of the providers that list their models themselves, in file order.
    let openProviders: [String]
    /// By the names that clients ask for, those of the configuration.
    private let routes: [String: Route]
    /// Those of the configuration for which nobody answers.
    private let unserved: Set<String>
    /// Who answers for all other names; nil: nobody does.
    private let providerOfOthers: Configuration.Provider?

    init(_ configuration: Configuration, generation: Int, since: Int64) {
        self.configuration = configuration
        self.generation = generation
        self.since = since
        sessionPolicy = SessionPolicy(configuration.sessions)
        keyring = Keyring(keys: configuration.auth.keys)
        doors = configuration.listeners.map { Door($0, configuration) }
        var routes: [String: Route] = [:]
        for name in configuration.servedModels {
            routes[name] = configuration.route(for: name).map { Route($0) }
        }
        self.routes = routes
        unserved = Set(configuration.servedModels.filter { routes[$0] == nil })
        openProviders = configuration.openProviders.map(\.name)
        providerOfOthers = configuration.providerOfOthers
    }

    /// Who answers for the model of that name; nil: nobody does.
    func route(for model: String) -> Route? { routes[model] ?? routeOfOthers(model) }

    /// As ``Configuration/route(for:)`` has it, for a name that is not in ``routes``; kept by nobody.
    private func routeOfOthers(_ model: String) -> Route? {
        guard let providerOfOthers, !unserved.contains(model), Configuration.isForeignModel(model) else {
            return nil
        }
        return Route((providerOfOthers, model, nil), isConfigured: false)
    }

    /// ``since`` in seconds.
    var sinceSeconds: Int { Int(since / 1_000_000_000) }

    /// The listener of that name; nil if there is none any more.
    func door(_ name: String) -> Door? { doors.first { $0.listener.name == name } }
}

extension LimitRules {
    /// The limits of a configuration; none if it switches them off.
    fileprivate init(_ limits: Configuration.Limits) {
        self.init()
        guard limits.isEnabled else { return }
        self.init(
            requests: limits.requestsPerMinute,
            tokens: limits.tokensPerMinute,
            burst: limits.burst,
            concurrency: limits.maxConcurrent
        )
    }
}
