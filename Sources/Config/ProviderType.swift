/// A kind of provider, a row of the table: what is spoken to it, and where it is usually found.
package struct ProviderType: Equatable, Sendable {
    /// What is spoken to it.
    package enum Format: Sendable {
        /// Nothing: it is part of the daemon.
        case echo
        /// The agents' protocol, over the bridge.
        case agent
        /// OpenAI's API over HTTP.
        case openAI
    }

    /// How the API key is shown.
    package enum Credential: Sendable {
        /// `authorization: Bearer KEY`.
        case bearer
        /// `api-key: KEY`.
        case apiKey
    }

    /// When a stream says what it has cost.
    package enum StreamUsage: Sendable {
        /// If `stream_options.include_usage` asks for it.
        case onRequest
        /// Always, so that there is no need to ask.
        case always
    }

    /// As the configuration spells it.
    package let name: String
    /// What is spoken to it.
    package let format: Format
    /// Where it is if the configuration does not say; nil: it must say, or there is no such place.
    package let baseURL: String?
    /// Whether the place is one on the Internet, where nothing is had without a key.
    package let isHosted: Bool
    /// How the API key is shown.
    package let credential: Credential
    /// When a stream says what it has cost.
    package let streamUsage: StreamUsage
    /// Whether the model stands in the path, and the version of the API behind it.
    package let hasDeployments: Bool

    /// Whether it can be asked which models it has, so that they need not be named.
    package var listsModels: Bool { format == .openAI && !hasDeployments && self != .replay }

    private init(
        _ name: String,
        _ format: Format = .openAI,
        at baseURL: String? = nil,
        isHosted: Bool = true,
        credential: Credential = .bearer,
        usage streamUsage: StreamUsage = .onRequest,
        hasDeployments: Bool = false,
    ) {
        self.name = name
        self.format = format
        self.baseURL = baseURL
        self.isHosted = isHosted
        self.credential = credential
        self.streamUsage = streamUsage
        self.hasDeployments = hasDeployments
    }

    package static let echo = ProviderType("echo", .echo, isHosted: false)
    package static let agent = ProviderType("agent", .agent, isHosted: false)
    /// What was recorded of another; its place is only a name.
    package static let replay = ProviderType("replay", at: "http://replay", isHosted: false)

    /// The table.
    package static let all = [
        echo,
        agent,
        ProviderType("openai", at: "https://api.openai.com/v1"),
        ProviderType("azure", credential: .apiKey, hasDeployments: true),
        ProviderType("mistral", at: "https://api.mistral.ai/v1", usage: .always),
        ProviderType("moonshot", at: "https://api.moonshot.ai/v1", usage: .always),
        ProviderType("nvidia", at: "https://integrate.api.nvidia.com/v1"),
        ProviderType("groq", at: "https://api.groq.com/openai/v1", usage: .always),
        ProviderType("openrouter", at: "https://openrouter.ai/api/v1", usage: .always),
        ProviderType("sambanova", at: "https://api.sambanova.ai/v1"),
        ProviderType("cerebras", at: "https://api.cerebras.ai/v1"),
        ProviderType("vllm", at: "http://127.0.0.1:8000/v1", isHosted: false),
        ProviderType("llamacpp", at: "http://127.0.0.1:8080/v1", isHosted: false, usage: .always),
        ProviderType("ollama", at: "http://127.0.0.1:11434/v1", isHosted: false),
        replay,
    ]

    /// The row of that name; nil: there is none.
    package static func named(_ name: String) -> ProviderType? { all.first { $0.name == name } }

    package static func == (one: ProviderType, other: ProviderType) -> Bool { one.name == other.name }
}

extension ProviderType: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let row = Self.named(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no such provider type")
        }
        self = row
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

extension Format where Value == ProviderType {
    /// The name of a row of the table.
    static var providerType: Self {
        let names = ProviderType.all.map(\.name)
        let noun = "one of " + names.map { "\"\($0)\"" }.joined(separator: ", ")
        return Format(
            noun: noun,
            read: { given throws(Refusal) in
                let name = try given.string()
                if let row = ProviderType.named(name) { return row }
                let hint = Suggestion.text(for: name, among: names, written: quoted)
                throw given.refusal("there is no \(given.spelling). Provider type must be \(noun)\(hint)")
            },
            text: { quoted($0.name) },
        )
    }
}
