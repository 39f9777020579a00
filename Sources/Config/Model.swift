extension Configuration {
    /// What is particular to one model: `[models."NAME"]`.
    package struct Model: Codable, Equatable, Sendable {
        /// The length of an answer that nobody limits, as far as it has to be guessed, in tokens.
        package static let usualMaxTokens = 2048

        /// The name that clients ask for; unique.
        package var name: String
        /// The provider that answers, or nil for the one that offers the name.
        package var provider: String?
        /// The name that the provider is asked for.
        package var model: String
        /// The length of an answer when the client gives none, in tokens.
        package var maxTokens = usualMaxTokens
        /// The temperature when the client gives none, 0 to 2.
        package var temperature = 0.7
        /// The most requests at a time, where a provider behind HTTP answers, or nil for no limit.
        package var maxConcurrent: Int?
        /// The tokens of prompt and answer together, or nil if that is not known.
        package var contextLength: Int?

        /// The defaults for a model that is asked for by its own name.
        package init(name: String) {
            self.name = name
            model = name
        }
    }
}

extension Configuration.Model: NamedSection {
    static var rows: [Row<Self>] {
        [
            Row("provider", Format<String>.name.optional(), \.provider),
            Row("model", .model, \.model),
            Row("max_tokens", .integer(1...8_192), \.maxTokens),
            Row("temperature", .number(0...2), \.temperature),
            Row("max_concurrent", .integerOrNone(upTo: 1_000_000), \.maxConcurrent),
            Row("context_length", Format<Int>.integer(1...1_000_000_000).optional(), \.contextLength),
        ]
    }

    static func accepts(_ name: String) -> Bool {
        Spelling.isModel(name)
    }
}
