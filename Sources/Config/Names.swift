extension Configuration {
    /// A choice of model names: `["*"]` is all of them, `[]` none.
    package enum Names: Codable, Equatable, Sendable {
        /// Every name.
        case all
        /// These names, in file order.
        case only([String])

        /// Whether `name` is chosen.
        package func contains(_ name: String) -> Bool {
            switch self {
            case .all: true
            case .only(let names): names.contains(name)
            }
        }
    }
}
