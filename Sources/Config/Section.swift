/// A part of the configuration under one header: `[server]`.
protocol Section {
    /// Its keys, in the order in which they are printed.
    static var rows: [Row<Self>] { get }
}

/// A part that can occur several times, each time with another name: `[[listeners]]`, `[providers.NAME]`.
protocol NamedSection: Section, Equatable {
    /// What tells it from the others.
    var name: String { get set }

    /// The defaults under this name.
    init(name: String)

    /// Whether `name` can be its name.
    static func accepts(_ name: String) -> Bool
}

extension NamedSection {
    /// Whether `name` can be its name: one that fits into logs, labels and commands.
    static func accepts(_ name: String) -> Bool {
        Spelling.isName(name)
    }
}
