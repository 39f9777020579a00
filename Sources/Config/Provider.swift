extension Configuration {
    /// Something that answers requests: `[providers.NAME]`.
    package struct Provider: Codable, Equatable, Sendable {
        /// What it is, and so what is said to it.
        package enum Kind: String, CaseIterable, Codable, Sendable {
            case echo, agent
        }

        /// The name; unique.
        package var name: String
        /// What it is.
        package var type: Kind
        /// The names that it serves, as clients ask for them.
        package var models: [String] = []
        /// Its rank for a model that several serve, 1 to 1000; the lowest is asked first.
        package var priority = 100
        /// Whether it is asked at all.
        package var isEnabled = true

        /// A provider that serves no model yet.
        package init(name: String, type: Kind) {
            self.name = name
            self.type = type
        }
    }
}

extension Configuration.Provider: NamedSection {
    static var rows: [Row<Self>] {
        [
            Row("type", .choice, \.type, isRequired: true),
            Row("models", Format<String>.model.list("an array of model names"), \.models),
            Row("priority", .integer(1...1_000), \.priority),
            Row("enabled", .boolean, \.isEnabled),
        ]
    }

    /// A provider whose type is not read yet; a file without one is refused.
    init(name: String) {
        self.init(name: name, type: .echo)
    }
}
