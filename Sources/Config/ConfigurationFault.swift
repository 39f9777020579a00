/// A fault of the configuration file, and where it stands.
package struct ConfigurationFault: Equatable, Sendable {
    /// The line, from 1.
    package let line: Int
    /// The column in Unicode scalars, from 1.
    package let column: Int
    /// One sentence that names the key, what was found and what is allowed.
    package let message: String

    /// A fault at `line` and `column`, both from 1.
    package init(line: Int, column: Int, message: String) {
        self.line = line
        self.column = column
        self.message = message
    }

    /// The fault as compilers print it: `gatehouse.toml:3:11: error: …`; a warning has another `word`.
    package func rendered(file: String, word: String = "error") -> String {
        "\(file):\(line):\(column): \(word): \(message)"
    }

    /// The faults by line and column; those at one place in the order in which they were found.
    static func sorted(_ faults: [Self]) -> [Self] {
        faults.enumerated().sorted { left, right in
            (left.element.line, left.element.column, left.offset)
                < (right.element.line, right.element.column, right.offset)
        }
        .map(\.element)
    }
}
