import TOML

/// The rules that concern more than one key.
struct ConfigurationReview {
    /// What was read.
    let configuration: Configuration
    /// Where it stands.
    let places: Places
    /// What must not be.
    private(set) var faults: [ConfigurationFault] = []
    /// What is probably not meant.
    private(set) var warnings: [ConfigurationFault] = []

    /// A review that has found nothing yet.
    init(_ configuration: Configuration, _ places: Places) {
        self.configuration = configuration
        self.places = places
    }

    /// Applies all rules.
    mutating func run() {
        reviewNames()
        reviewListeners()
        reviewBridge()
        reviewOverlaps()
        reviewKeys()
        reviewLimits()
        reviewProviders()
        reviewWildcards()
        reviewModels()
        reviewUse()
    }

    private mutating func reviewNames() {
        refuseTwins(configuration.listeners.map(\.name), of: "listeners")
        refuseTwins(configuration.auth.keys.map(\.name), of: "auth.keys")
    }

    private mutating func refuseTwins(_ names: [String], of header: String) {
        var seen: Set<String> = []
        for (index, name) in names.enumerated() {
            let path = path(index, of: header)
            guard places.isSound(path + ".name"), !seen.insert(name).inserted else { continue }
            refuse(path + ".name", in: path, "\(quoted(name)) is the name of another one")
        }
    }

    private mutating func reviewListeners() {
        for (index, listener) in configuration.listeners.enumerated() {
            let path = path(index, of: "listeners")
            reviewCertificate(of: listener, path)
            guard places.isSound(path + ".address"), !listener.address.isLocal else { continue }
            let isPlain = listener.certificateFile == nil && places.isSound(path + ".tls_cert")
            if isPlain, places.isSound(path + ".allow_plaintext"), !listener.allowsPlaintext {
                let reason = "is not loopback; this needs tls_cert and tls_key, or allow_plaintext = true"
                refuse(path + ".address", in: path, "\(quoted(listener.address.description)) \(reason)")
            }
            if places.isSound(path + ".auth"), listener.auth == .none {
                refuse(path + ".auth", in: path, "\"none\" is only for loopback addresses and Unix sockets")
            }
        }
    }

    private mutating func reviewCertificate(of listener: Configuration.Listener, _ path: String) {
        let given = ["tls_cert", "tls_key"].filter { places.positions["\(path).\($0)"] != nil }
        if given.count == 1 {
            let missing = given[0] == "tls_cert" ? "tls_key" : "tls_cert"
            refuse("\(path).\(given[0])", in: path, "needs \(missing) beside it")
        }
    }

    private mutating func reviewBridge() {
        let bridge = configuration.bridge
        if places.isSound("bridge.listen"), let listen = bridge.listen, !listen.isLocal {
            let reason = "is not loopback; agents can connect from this machine only until there is TLS"
            refuse("bridge.listen", in: "bridge", "\(quoted(listen.description)) \(reason)")
        }
        if places.isGiven("bridge.token_file"), places.isGiven("bridge.token_env") {
            refuse("bridge.token_env", in: "bridge", "only one of token_file and token_env is allowed")
        } else if bridge.token != nil, bridge.connect == nil, places.isSound("bridge.connect") {
            let path = places.isGiven("bridge.token_file") ? "bridge.token_file" : "bridge.token_env"
            warn(path, in: "bridge", "has no effect without bridge.connect")
        }
    }

    /// The most listeners: their descriptors go to each worker in one message.
    static let listenerLimit = 16

    private mutating func reviewOverlaps() {
        if configuration.listeners.count > Self.listenerLimit {
            let section = path(Self.listenerLimit, of: "listeners")
            refuse("\(section).address", in: section, "at most \(Self.listenerLimit) listeners are possible")
        }
        var open = configuration.listeners.enumerated().map { index, listener in
            (section: path(index, of: "listeners"), key: "address", address: listener.address)
        }
        if let listen = configuration.bridge.listen {
            open.append((section: "bridge", key: "listen", address: listen))
        }
        open = open.filter { places.isSound("\($0.section).\($0.key)") }
        for (index, later) in open.enumerated() {
            guard let earlier = open[..<index].first(where: { $0.address.overlaps(later.address) }) else {
                continue
            }
            let found = "\(quoted(later.address.description)) overlaps \(quoted(earlier.address.description))"
            refuse(
                "\(later.section).\(later.key)",
                in: later.section,
                "\(found) of \(earlier.section).\(earlier.key)"
            )
        }
    }

    /// The most keys: the configuration goes to each process in one message.
    static let keyLimit = 1000

    private mutating func reviewKeys() {
        if configuration.auth.keys.count > Self.keyLimit {
            let section = path(Self.keyLimit, of: "auth.keys")
            refuse("\(section).name", in: section, "at most \(Self.keyLimit) keys are possible")
        }
        let sources = ["sha256", "key_file", "key_env"]
        var digests: Set<String> = []
        for (index, key) in configuration.auth.keys.enumerated() {
            let path = path(index, of: "auth.keys")
            let given = sources.filter { places.positions["\(path).\($0)"] != nil }
            if given.count != 1 {
                let found = given.isEmpty ? "none is given" : given.joined(separator: " and ") + " are given"
                refuse(path, in: path, "exactly one of sha256, key_file and key_env is needed; \(found)")
            }
            for digest in key.source.digests ?? [] where !digests.insert(digest).inserted {
                refuse(path + ".sha256", in: path, "the digest is given twice")
            }
        }
    }

    private mutating func reviewLimits() {
        let overrides = configuration.listeners.map(\.limits) + configuration.auth.keys.map(\.limits)
        let isPaced =
            configuration.limits.requestsPerMinute != nil
            || overrides.contains { $0.requestsPerMinute != nil }
        if configuration.limits.burst != nil, !isPaced {
            warn("limits.burst", in: "limits", "has no effect without requests_per_minute")
        }
    }

    private mutating func reviewProviders() {
        for (index, provider) in configuration.providers.enumerated() {
            let path = path(index, of: "providers")
            guard places.isSound(path + ".type") else { continue }
            guard provider.type.format == .openAI else {
                warnUseless(Configuration.Provider.keysOfRemote, of: provider, path)
                warnUseless(Configuration.Provider.keysOfReplay, of: provider, path)
                continue
            }
            guard provider.type != .replay else {
                warnUseless(Configuration.Provider.keysOfRemote, of: provider, path)
                reviewRecordings(of: provider, path)
                continue
            }
            warnUseless(Configuration.Provider.keysOfReplay, of: provider, path)
            if places.isGiven(path + ".api_key_file"), places.isGiven(path + ".api_key_env") {
                refuse(path + ".api_key_env", in: path, "only one of api_key_file and api_key_env is allowed")
            }
            reviewPlace(of: provider, path)
        }
    }

    /// Where it is, and that there is a key for it if it has to be shown one.
    private mutating func reviewPlace(of provider: Configuration.Provider, _ path: String) {
        guard places.isSound(path + ".base_url") else { return }
        let type = provider.type
        guard provider.address != nil else {
            return refuse(
                path + ".base_url",
                in: path,
                "is missing; a provider of type \(quoted(type.name)) needs it"
            )
        }
        let isKeyless = provider.key == nil && provider.headers["authorization"] == nil
        if provider.baseURL == nil, type.isHosted, isKeyless, places.isSound(path + ".api_key_env"),
            places.isSound(path + ".api_key_file")
        {
            let place = type.baseURL ?? ""
            refuse(path + ".api_key_env", in: path, "is missing; \(place) needs api_key_env or api_key_file")
        }
    }

    private mutating func reviewRecordings(of provider: Configuration.Provider, _ path: String) {
        guard provider.recordings == nil, places.isSound(path + ".recordings") else { return }
        refuse(path + ".recordings", in: path, "is missing; a provider of type \"replay\" needs it")
    }

    /// Who can be asked for all of its models, and who will never be.
    private mutating func reviewWildcards() {
        let first = configuration.providerOfOthers
        for (index, provider) in configuration.providers.enumerated() where provider.servesAnyModel {
            let path = path(index, of: "providers")
            guard places.isSound(path + ".type") else { continue }
            let type = provider.type
            if !type.listsModels {
                let reason = type.hasDeployments ? "its deployments" : "its models"
                let cause = "\"*\" is not possible with type \(quoted(type.name))"
                refuse(path + ".models", in: path, "\(cause); \(reason) have to be named one by one")
            } else if provider.isEnabled, let first, first.name != provider.name {
                let reason = "\"*\" only lists names here; requests for them go to \(quoted(first.name))"
                warn(path + ".models", in: path, "\(reason), unless a row in [models] says otherwise")
            }
        }
    }

    private mutating func warnUseless(_ keys: [String], of provider: Configuration.Provider, _ path: String) {
        for key in keys where places.isGiven("\(path).\(key)") {
            warn("\(path).\(key)", in: path, "has no effect with type \(quoted(provider.type.name))")
        }
    }

    private mutating func reviewModels() {
        let names = configuration.providers.map(\.name)
        for (index, model) in configuration.models.enumerated() {
            let path = path(index, of: "models")
            guard let provider = model.provider, places.isSound(path + ".provider"), !names.contains(provider)
            else {
                continue
            }
            let hint = Suggestion.text(for: provider, among: names, written: quoted)
            refuse(path + ".provider", in: path, "there is no provider \(quoted(provider))\(hint)")
        }
    }

    private mutating func reviewUse() {
        let served = configuration.servedModels
        let isOpen = configuration.providerOfOthers != nil
        if served.isEmpty, !isOpen {
            warn("models", in: "providers", "no model is served; [providers] and [models] name none")
        }
        for (index, model) in configuration.models.enumerated()
        where configuration.route(for: model.name) == nil {
            let path = path(index, of: "models")
            warn(path, in: path, "no enabled provider serves this model")
        }
        for (index, listener) in configuration.listeners.enumerated() where !isOpen {
            warnUnknown(listener.models, served, path(index, of: "listeners"), "models")
        }
        for (index, key) in configuration.auth.keys.enumerated() {
            if !isOpen { warnUnknown(key.models, served, path(index, of: "auth.keys"), "models") }
            warnUnknown(key.agentModels, served, path(index, of: "auth.keys"), "agent_models")
        }
    }

    private mutating func warnUnknown(
        _ names: Configuration.Names,
        _ served: [String],
        _ section: String,
        _ key: String,
    ) {
        guard case .only(let names) = names else { return }
        for name in names where !served.contains(name) {
            let hint = Suggestion.text(for: name, among: served, written: quoted)
            warn("\(section).\(key)", in: section, "no model \(quoted(name)) is served\(hint)")
        }
    }

    /// The path of a section; that of the default listener if the file names none.
    private func path(_ index: Int, of header: String) -> String {
        places.paths[header]?[index] ?? "\(header).main"
    }

    private mutating func refuse(_ path: String, in section: String, _ reason: String) {
        faults.append(fault(path, in: section, reason))
    }

    private mutating func warn(_ path: String, in section: String, _ reason: String) {
        warnings.append(fault(path, in: section, reason))
    }

    private func fault(_ path: String, in section: String, _ reason: String) -> ConfigurationFault {
        let position = places.position(of: path, in: section)
        return ConfigurationFault(line: position.line, column: position.column, message: "\(path): \(reason)")
    }
}
