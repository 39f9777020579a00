import TOML

/// One of several tables under a header, with its name.
struct NamedTable {
    /// A value that should be a table, or tables, but is not.
    struct Misfit: Error {
        /// Where it stands.
        let position: TOMLPosition
    }

    /// The name, or nil if the table gives none that can be shown.
    let name: String?
    /// Where the table begins.
    let position: TOMLPosition
    /// Its keys.
    let table: TOMLTable

    /// The tables in `value`, as `style` has them.
    ///
    /// - Throws: If there is anything else in it.
    static func parse(_ value: TOMLValue, _ style: SectionRow.Style) throws(Misfit) -> [NamedTable] {
        var tables: [NamedTable] = []
        if style == .elements, case .array(let elements) = value.kind {
            for element in elements { tables.append(try NamedTable(element, name: nil)) }
        } else if style == .named, case .table(let outer) = value.kind {
            for entry in outer.entries { tables.append(try NamedTable(entry.value, name: entry.key)) }
        } else {
            throw Misfit(position: value.position)
        }
        return tables
    }

    private init(_ value: TOMLValue, name: String?) throws(Misfit) {
        guard case .table(let table) = value.kind else { throw Misfit(position: value.position) }
        self.table = table
        position = value.position
        if name == nil, case .string(let given) = table["name"]?.kind, Spelling.isName(given) {
            self.name = given
        } else {
            self.name = name
        }
    }
}
