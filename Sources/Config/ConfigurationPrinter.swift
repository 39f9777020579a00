import TOML

/// The file with all defaults filled in, values as they stand in it.
enum ConfigurationPrinter {
    /// The part under a header that occurs once.
    static func single<Part: Section>(_ header: String, in root: TOMLTable, standard: Part) -> String {
        var lines = ["[\(header)]"]
        if case .table(let table) = root.value(at: header)?.kind {
            lines += keys(of: table, standard)
        } else {
            lines += keys(of: nil, standard)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The parts under a header that can occur several times; `standard` if there is none.
    static func several<Part: NamedSection>(
        _ header: String,
        _ style: SectionRow.Style,
        in root: TOMLTable,
        standard: Part?,
    ) -> String {
        let tables = root.value(at: header).flatMap { try? NamedTable.parse($0, style) } ?? []
        var parts = tables.map { element in
            let name = element.name ?? "main"
            return [style.brackets(header, name: name)] + keys(of: element.table, Part(name: name))
        }
        if parts.isEmpty, let standard {
            parts = [[style.brackets(header, name: standard.name)] + keys(of: nil, standard)]
        }
        return parts.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    private static func keys<Part: Section>(of table: TOMLTable?, _ standard: Part) -> [String] {
        Part.rows.map { row in
            if let value = table?[row.name] {
                return "\(row.name) = \(row.isHidden ? "\"<redacted>\"" : value.serialized())"
            }
            guard !row.isRequired, !row.isHidden, let text = row.text(standard) else {
                return "# \(row.name) is not set"
            }
            return "\(row.name) = \(text)"
        }
    }
}
