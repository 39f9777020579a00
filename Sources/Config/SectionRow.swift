import TOML

/// One header of the file: where its sections live in the configuration, and all that is done with them.
struct SectionRow {
    /// How often a header can occur, and how it is written.
    enum Style {
        /// `[server]`, once.
        case single
        /// `[[listeners]]`, the name is a key.
        case elements
        /// `[providers.NAME]`, the name is part of the header.
        case named

        /// The header as it stands in a file.
        func brackets(_ header: String, name: String) -> String {
            switch self {
            case .single: "[\(header)]"
            case .elements: "[[\(header)]]"
            case .named: "[\(header).\(TOMLTable.serialized(key: name))]"
            }
        }
    }

    /// The header without brackets and name: `auth.keys`.
    let header: String
    /// How it is written.
    let style: Style
    /// Its keys.
    let keys: [ConfigurationKey]
    /// Fills its part of the configuration from the file.
    let read: (TOMLTable, inout ConfigurationReader, inout Configuration) -> Void
    /// Its part of the file with all defaults filled in.
    let printed: (TOMLTable) -> String
    /// What differs between an old and a new configuration.
    let changes: (Configuration, Configuration) -> [String]

    /// All headers, in the order in which they are printed.
    static var all: [SectionRow] {
        [
            several("listeners", .elements, \.listeners, standard: Configuration.Listener()),
            single("server", \.server, Configuration.Server()),
            single("control", \.control, Configuration.Control()),
            single("auth", \.auth, Configuration.Auth()),
            several("auth.keys", .elements, \.auth.keys, standard: nil),
            single("limits", \.limits, Configuration.Limits()),
            single("sessions", \.sessions, Configuration.Sessions()),
            single("bridge", \.bridge, Configuration.Bridge()),
            single("streaming", \.streaming, Configuration.Streaming()),
            single("store", \.store, Configuration.Store()),
            single("log", \.log, Configuration.Logging()),
            several("providers", .named, \.providers, standard: nil),
            several("models", .named, \.models, standard: nil),
        ]
    }

    private static func single<Part: Section>(
        _ header: String,
        _ path: WritableKeyPath<Configuration, Part>,
        _ standard: Part,
    ) -> SectionRow {
        SectionRow(
            header: header,
            style: .single,
            keys: keys(standard, header: header, style: .single),
            read: { table, reader, configuration in
                reader.readSingle(header, in: table, into: &configuration[keyPath: path])
            },
            printed: { ConfigurationPrinter.single(header, in: $0, standard: standard) },
            changes: { old, new in
                ConfigurationDiff.changes(from: old[keyPath: path], to: new[keyPath: path], at: header)
            },
        )
    }

    private static func several<Part: NamedSection>(
        _ header: String,
        _ style: Style,
        _ path: WritableKeyPath<Configuration, [Part]>,
        standard: Part?,
    ) -> SectionRow {
        SectionRow(
            header: header,
            style: style,
            keys: keys(standard ?? Part(name: "NAME"), header: header, style: style),
            read: { table, reader, configuration in
                guard let parts: [Part] = reader.readSeveral(header, style, in: table) else { return }
                configuration[keyPath: path] = parts
            },
            printed: { ConfigurationPrinter.several(header, style, in: $0, standard: standard) },
            changes: { old, new in
                ConfigurationDiff.changes(from: old[keyPath: path], to: new[keyPath: path], at: header)
            },
        )
    }

    private static func keys<Part: Section>(_ part: Part, header: String, style: Style) -> [ConfigurationKey]
    {
        Part.rows.map { row in
            ConfigurationKey(
                section: style.brackets(header, name: "NAME"),
                name: row.name,
                noun: row.noun,
                fallback: row.isRequired || row.isHidden ? nil : row.text(part),
                isRequired: row.isRequired,
            )
        }
    }
}
