import TOML

/// What a reload changes, one line each.
enum ConfigurationDiff {
    /// The keys that differ, as `server.workers: 2 → 4`.
    static func changes<Part: Section>(from old: Part, to new: Part, at path: String) -> [String] {
        Part.rows.compactMap { row in
            let (before, after) = (row.text(old), row.text(new))
            guard before != after else { return nil }
            if row.isHidden { return "\(path).\(row.name): changed" }
            return "\(path).\(row.name): \(before ?? "not set") → \(after ?? "not set")"
        }
    }

    /// The parts that came, went, changed or moved, by name.
    static func changes<Part: NamedSection>(from old: [Part], to new: [Part], at header: String) -> [String] {
        func path(_ part: Part) -> String {
            "\(header).\(TOMLTable.serialized(key: part.name))"
        }
        var lines = old.filter { part in !new.contains { $0.name == part.name } }.map {
            "\(path($0)): removed"
        }
        for part in new {
            if let before = old.first(where: { $0.name == part.name }) {
                lines += changes(from: before, to: part, at: path(part))
            } else {
                lines.append("\(path(part)): added")
            }
        }
        let kept = old.map(\.name).filter { name in new.contains { $0.name == name } }
        let order = new.map(\.name).filter { name in old.contains { $0.name == name } }
        if kept != order { lines.append("\(header): order changed") }
        return lines
    }
}
