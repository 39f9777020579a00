extension Configuration {
    /// Something that answers requests: `[providers.NAME]`.
    package struct Provider: Codable, Equatable, Sendable {
        /// Where its API key comes from.
        package enum KeySource: Codable, Equatable, Sendable {
            /// The file whose first line is the key.
            case file(String)
            /// The environment variable that holds the key.
            case environment(String)
        }

        /// The name; unique.
        package var name: String
        /// What it is.
        package var type: ProviderType
        /// The names that it serves, as clients ask for them.
        package var models: [String] = []
        /// Whether it is asked for every name that no row and no list of names has, too: `"*"`.
        package var servesAnyModel = false
        /// Its rank for a model that several serve, 1 to 1000; the lowest is asked first.
        package var priority = 100
        /// Whether it is asked at all.
        package var isEnabled = true
        /// Where it is, up to the version of its API; nil: where its type says.
        package var baseURL: String?
        /// Where its API key comes from; nil: it is shown none.
        package var key: KeySource?
        /// The version of the API, for types that have it in every URL.
        package var apiVersion = "2024-10-21"
        /// Fields of every request, by name.
        package var headers: [String: String] = [:]
        /// The certificates that it is trusted by, in PEM; nil: those of this machine.
        package var caFile: String?
        /// The longest wait for a connection, TLS included.
        package var connectTimeout = Duration.seconds(10)
        /// The longest silence before an answer begins.
        package var timeout = Duration.seconds(300)
        /// The longest silence inside an answer.
        package var streamGapTimeout = Duration.seconds(60)
        /// The most requests that it is sent at a time, or nil for no limit.
        package var maxConcurrent: Int?
        /// The most requests that wait in each worker while it is sent no more.
        package var maxQueue = 100
        /// How long a connection is kept that nobody uses.
        package var idleTimeout = Duration.seconds(60)
        /// Whether exchanges with it are stored, prompts and all.
        package var isRecorded = false
        /// Where the exchanges are that it replays, one file or a folder of them; nil: it replays none.
        package var recordings: String?
        /// How many times as fast as they were they are replayed; 0: at once.
        package var speed = 1.0
        /// What goes wrong with what it replays, one after the other and then from the first again.
        package var faults: [ReplayFault] = []

        /// A provider that serves no model yet.
        package init(name: String, type: ProviderType) {
            self.name = name
            self.type = type
        }

        /// Where it is; nil: nowhere but here, or the configuration fails to say.
        package var address: String? { type.format == .openAI ? baseURL ?? type.baseURL : nil }
    }
}

extension Configuration.Provider: NamedSection {
    static var rows: [Row<Self>] {
        [
            Row("type", .providerType, \.type, isRequired: true),
            Row("models", Format<String>.modelOrAll.list("an array of model names"), \.listedModels),
            Row("priority", .integer(1...1_000), \.priority),
            Row("enabled", .boolean, \.isEnabled),
            Row("base_url", url.optional(), \.baseURL),
            Row("api_key_file", Format<String>.path.optional(), \.keyFile),
            Row("api_key_env", Format<String>.variable.optional(), \.keyVariable),
            Row(
                "api_version",
                .text("a version of letters, digits, '.' and '-'", Spelling.isName),
                \.apiVersion
            ),
            Row("headers", .headers, \.headers, isHidden: true),
            Row("ca_file", Format<String>.path.optional(), \.caFile),
            Row("connect_timeout", .duration(.milliseconds(1) ... .seconds(3_600)), \.connectTimeout),
            Row("timeout", .duration(.milliseconds(1) ... .seconds(86_400)), \.timeout),
            Row("stream_gap_timeout", .duration(.milliseconds(1) ... .seconds(86_400)), \.streamGapTimeout),
            Row("max_concurrent", .integerOrNone(upTo: 1_000_000), \.maxConcurrent),
            Row("max_queue", .integer(0...100_000), \.maxQueue),
            Row("idle_timeout", .duration(.zero ... .seconds(3_600)), \.idleTimeout),
            Row("record", .boolean, \.isRecorded),
            Row("recordings", Format<String>.path.optional(), \.recordings),
            Row("speed", .number(0...1_000), \.speed),
            Row("faults", Format<ReplayFault>.replayFault.list("an array of faults"), \.faults),
        ]
    }

    /// The keys that only mean something to a provider behind HTTP, but for those that have a default.
    static let keysOfRemote = ["base_url", "api_key_file", "api_key_env", "headers", "ca_file", "record"]

    /// The keys that only mean something to a provider that replays.
    static let keysOfReplay = ["recordings", "speed", "faults"]

    /// A provider whose type is not read yet; a file without one is refused.
    init(name: String) {
        self.init(name: name, type: .echo)
    }

    private static var url: Format<String> {
        .text("an http:// or https:// URL without user, query and fragment", Spelling.isBaseURL)
    }

    private var listedModels: [String] {
        get { models + (servesAnyModel ? ["*"] : []) }
        set {
            models = newValue.filter { $0 != "*" }
            servesAnyModel = newValue.contains("*")
        }
    }

    private var keyFile: String? {
        get {
            if case .file(let path) = key { path } else { nil }
        }
        set { key = newValue.map { .file($0) } }
    }

    private var keyVariable: String? {
        get {
            if case .environment(let name) = key { name } else { nil }
        }
        set { key = newValue.map { .environment($0) } }
    }
}
