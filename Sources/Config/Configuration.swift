import TOML

/// What the daemon is to do, decoded once from the configuration file.
///
/// Every process gets the whole of it; requests in flight keep the one they began with.
package struct Configuration: Codable, Equatable, Sendable {
    /// Whether `text` can name a model that only its provider knows.
    package static func isForeignModel(_ text: String) -> Bool { Spelling.isForeignModel(text) }

    /// Whether `text` can name a listener, a key or a provider.
    package static func isName(_ text: String) -> Bool { Spelling.isName(text) }

    /// A date, or a date-time with offset, in seconds since 1970; nil: `text` is none.
    package static func moment(_ text: String) -> Int? { Moment.parse(text) }

    /// The addresses that clients connect to, in file order; never empty.
    package var listeners = [Listener()]
    /// Processes, limits and time-outs of the HTTP side.
    package var server = Server()
    /// Who may steer the daemon over the control socket.
    package var control = Control()
    /// The keys that clients present.
    package var auth = Auth()
    /// How much clients may ask for.
    package var limits = Limits()
    /// How long sessions last.
    package var sessions = Sessions()
    /// The WebSocket side, where agents connect.
    package var bridge = Bridge()
    /// How answers are streamed.
    package var streaming = Streaming()
    /// Where usage is kept.
    package var store = Store()
    /// What is logged, and how.
    package var log = Logging()
    /// What answers requests, in file order.
    package var providers: [Provider] = []
    /// Rows for single models, in file order.
    package var models: [Model] = []

    /// The configuration of an empty file: every default, no model.
    package init() {}

    /// The names of the models that clients can ask for: those of `models`, then those of enabled providers.
    ///
    /// In file order, each once. A name need not have a route (its provider may be disabled).
    package var servedModels: [String] {
        var seen: Set<String> = []
        let offered = providers.filter(\.isEnabled).flatMap(\.models)
        return (models.map(\.name) + offered).filter { seen.insert($0).inserted }
    }

    /// The enabled providers that serve every name, in file order.
    package var openProviders: [Provider] { providers.filter { $0.isEnabled && $0.servesAnyModel } }

    /// Who is asked for names that no row and no list has, or nil if nobody is.
    ///
    /// The one with the lowest priority number; of equals, the first in the file.
    package var providerOfOthers: Provider? { Self.preferred(openProviders) }

    /// Who answers for `model`, or nil if nobody does.
    ///
    /// A row that names its provider is decisive. Otherwise it is the enabled provider that offers the name with
    /// the lowest priority number; of equals, the first in the file. Names that none of them offers are those of
    /// ``providerOfOthers``.
    ///
    /// - Returns: The provider, the name to ask it for, and the model's row if it has one.
    package func route(for model: String) -> (provider: Provider, modelName: String, row: Model?)? {
        let row = models.first { $0.name == model }
        let candidates = providers.filter { provider in
            guard provider.isEnabled else { return false }
            return row?.provider.map { $0 == provider.name } ?? provider.models.contains(model)
        }
        let isForOthers = row?.provider == nil && Self.isForeignModel(model)
        guard let provider = Self.preferred(candidates) ?? (isForOthers ? providerOfOthers : nil) else {
            return nil
        }
        return (provider, row?.model ?? model, row)
    }

    /// The one that is asked first.
    private static func preferred(_ candidates: [Provider]) -> Provider? {
        // `min` keeps the first of equals, which is file order.
        candidates.min { $0.priority < $1.priority }
    }

    /// Decodes the text of a configuration file.
    ///
    /// - Parameters:
    ///   - text: The bytes of the file, TOML 1.0.
    ///   - environment: The value of a variable for `${NAME}`, or nil if it is not set.
    /// - Returns: The configuration, or all faults in file order.
    package static func check(
        _ text: [UInt8],
        environment: @escaping (String) -> String?,
    ) -> ConfigurationCheck {
        let (table, syntax) = TOMLTable.parse(text)
        var faults = syntax.map { fault in
            ConfigurationFault(
                line: fault.position.line,
                column: fault.position.column,
                message: fault.error.message
            )
        }
        var reader = ConfigurationReader(environment: environment, isWhole: syntax.isEmpty)
        let configuration = reader.read(table)
        faults += reader.faults
        var review = ConfigurationReview(configuration, reader.places)
        // With lines left out, keys do not fit together for reasons that are not the user's.
        if syntax.isEmpty { review.run() }
        faults += review.faults
        guard faults.isEmpty else { return .invalid(ConfigurationFault.sorted(faults)) }
        return .valid(configuration, warnings: ConfigurationFault.sorted(review.warnings))
    }

    /// The configuration of a valid file as TOML: every key, values as they stand in the file, `${NAME}` unexpanded.
    ///
    /// Digests of keys are left out.
    package static func printed(_ text: [UInt8]) -> String {
        let table = TOMLTable.parse(text).table
        return SectionRow.all.map { $0.printed(table) }.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// What differs from `old`, as `server.workers: 2 → 4`; empty if nothing does.
    package func diff(from old: Configuration) -> [String] {
        SectionRow.all.flatMap { $0.changes(old, self) }
    }
}
