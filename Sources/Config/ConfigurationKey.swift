/// One key of the file, for documentation and tests.
package struct ConfigurationKey: Equatable, Sendable {
    /// The header under which it stands: `[server]`, `[[listeners]]`, `[providers.NAME]`.
    package let section: String
    /// The key.
    package let name: String
    /// What is allowed: `an integer (0 to 64)`.
    package let noun: String
    /// The default in TOML, or nil if there is none.
    package let fallback: String?
    /// Whether it must be there.
    package let isRequired: Bool

    /// All keys that exist, in the order in which they are printed.
    package static var all: [ConfigurationKey] {
        SectionRow.all.flatMap(\.keys)
    }
}
