import TOML

/// Fills sections from tables, and collects what is wrong with them.
struct ConfigurationReader {
    /// The environment for `${NAME}` in strings.
    let environment: (String) -> String?
    /// Whether the file has no fault in its syntax; otherwise keys may only seem to be missing.
    let isWhole: Bool
    /// What is wrong, in the order in which it was found.
    private(set) var faults: [ConfigurationFault] = []
    /// Where things stand.
    private(set) var places = Places()

    /// A reader that has found nothing yet.
    init(environment: @escaping (String) -> String?, isWhole: Bool) {
        self.environment = environment
        self.isWhole = isWhole
    }

    /// The configuration in `root`; it is of use only if there are no faults.
    mutating func read(_ root: TOMLTable) -> Configuration {
        let sections = SectionRow.all
        let known = sections.map(\.header).filter { !$0.contains(".") }
        for entry in root.entries where !known.contains(entry.key) {
            let hint = Suggestion.text(for: entry.key, among: known) { "[\($0)]" }
            refuse(entry.keyPosition, "unknown section or key '\(entry.key)'\(hint)")
        }
        var configuration = Configuration()
        for section in sections {
            section.read(root, &self, &configuration)
        }
        return configuration
    }

    /// Adds a fault.
    mutating func refuse(_ position: TOMLPosition, _ message: String) {
        faults.append(ConfigurationFault(line: position.line, column: position.column, message: message))
    }

    /// Fills the section under a header that occurs once.
    mutating func readSingle<Part: Section>(_ header: String, in root: TOMLTable, into part: inout Part) {
        guard let value = root.value(at: header) else { return }
        guard case .table(let table) = value.kind else {
            refuse(value.position, "\(header): must be one table, written [\(header)]")
            return
        }
        places.positions[header] = value.position
        let inner = SectionRow.all.map(\.header).filter { $0.hasPrefix(header + ".") }
            .map { String($0.dropFirst(header.count + 1)) }
        read(table, at: header, title: "[\(header)]", inner: inner, into: &part)
    }

    /// The sections under a header that can occur several times, or nil if there is none.
    mutating func readSeveral<Part: NamedSection>(
        _ header: String,
        _ style: SectionRow.Style,
        in root: TOMLTable,
    ) -> [Part]? {
        guard let value = root.value(at: header) else { return nil }
        do throws(NamedTable.Misfit) {
            return try NamedTable.parse(value, style).map { readElement($0, of: header, style) }
        } catch {
            let title = style.brackets(header, name: "NAME")
            refuse(error.position, "\(header): must be tables, written \(title)")
            return nil
        }
    }

    private mutating func readElement<Part: NamedSection>(
        _ element: NamedTable,
        of header: String,
        _ style: SectionRow.Style,
    ) -> Part {
        var part = Part(name: element.name ?? "main")
        let number = places.paths[header, default: []].count + 1
        var path = element.name.map { "\(header).\(TOMLTable.serialized(key: $0))" } ?? "\(header)[\(number)]"
        if places.positions[path] != nil { path = "\(header)[\(number)]" }
        places.paths[header, default: []].append(path)
        places.positions[path] = element.position
        let title = style == .named ? "[\(path)]" : "[[\(header)]]"
        if style == .named, let name = element.name, !Part.accepts(name) {
            refuse(element.position, "\(path): \(quoted(name)) cannot be a name here")
        }
        read(element.table, at: path, title: title, inner: [], into: &part)
        return part
    }

    private mutating func read<Part: Section>(
        _ table: TOMLTable,
        at path: String,
        title: String,
        inner: [String],
        into part: inout Part,
    ) {
        let rows = Part.rows
        for entry in table.entries where !inner.contains(entry.key) {
            guard let row = rows.first(where: { $0.name == entry.key }) else {
                let hint = Suggestion.text(for: entry.key, among: rows.map(\.name) + inner) { "'\($0)'" }
                refuse(entry.keyPosition, "unknown key '\(entry.key)' in \(title)\(hint)")
                continue
            }
            read(row, from: entry.value, at: "\(path).\(row.name)", into: &part)
        }
        guard isWhole else { return }
        for row in rows where row.isRequired && table[row.name] == nil {
            places.refused.insert("\(path).\(row.name)")
            refuse(
                places.position(of: path, in: path),
                "\(path).\(row.name): is missing; \(row.noun) is needed"
            )
        }
    }

    private mutating func read<Part: Section>(
        _ row: Row<Part>,
        from value: TOMLValue,
        at path: String,
        into part: inout Part,
    ) {
        places.positions[path] = value.position
        do throws(Refusal) {
            try row.read(value, environment, &part)
        } catch {
            places.refused.insert(path)
            for reason in error.reasons {
                refuse(reason.position, "\(path): \(reason.text)")
            }
        }
    }
}
