/// A table of a TOML text, in the order of the text.
package struct TOMLTable: Equatable, Sendable {
    /// A key and its value.
    package struct Entry: Equatable, Sendable {
        /// The key without quotes; dots in it are part of it.
        package let key: String
        /// Where the key stands first.
        package let keyPosition: TOMLPosition
        /// What it stands for.
        package let value: TOMLValue
    }

    /// Keys and values, each key once.
    package let entries: [Entry]

    /// The value of `key`, or nil if it has none.
    package subscript(key: String) -> TOMLValue? {
        entries.first { $0.key == key }?.value
    }

    /// The value of a dotted key such as `a.b`, or nil if it has none; each part must be bare.
    package func value(at path: String) -> TOMLValue? {
        guard let dot = path.firstIndex(of: ".") else { return self[path] }
        guard case .table(let inner) = self[String(path[..<dot])]?.kind else { return nil }
        return inner.value(at: String(path[dot...].dropFirst()))
    }

    /// `key` as it stands in a text: in quotes if it needs them.
    package static func serialized(key: String) -> String {
        TOMLKey.serialized(key)
    }

    /// The tables in a text in TOML 1.0, and all that is wrong with it.
    ///
    /// After a fault parsing goes on with the next line; what a fault touches is left out of the table.
    ///
    /// - Returns: The table, and the faults in the order of the text; without faults the table is whole.
    /// - Source: https://toml.io/en/v1.0.0
    package static func parse(_ bytes: [UInt8]) -> (table: TOMLTable, faults: [TOMLFault]) {
        if let fault = TOMLEncoding.fault(in: bytes) {
            return (TOMLTable(entries: []), [fault])
        }
        var parser = TOMLParser(bytes)
        return parser.parse()
    }
}
