/// A value of a TOML text, and where it stands.
package struct TOMLValue: Equatable, Sendable {
    /// What a value is.
    package enum Kind: Equatable, Sendable {
        /// A string of any of the four spellings, escapes resolved.
        case string(String)
        /// An integer in any base.
        case integer(Int)
        /// A float, `inf` and `nan` included.
        case float(Double)
        /// `true` or `false`.
        case boolean(Bool)
        /// Date, time and offset, as written.
        case offsetDateTime(String)
        /// Date and time, as written.
        case localDateTime(String)
        /// A date, as written.
        case localDate(String)
        /// A time, as written.
        case localTime(String)
        /// An array, or the tables of a `[[name]]`.
        case array([TOMLValue])
        /// A table of any spelling.
        case table(TOMLTable)
    }

    /// What it is.
    package let kind: Kind
    /// Where it begins; for a table with a header, the `[`.
    package let position: TOMLPosition

    /// A value of this kind at `position`.
    package init(kind: Kind, position: TOMLPosition) {
        self.kind = kind
        self.position = position
    }

    /// What people call such a value: `an integer`.
    package var noun: String {
        switch kind {
        case .string: "a string"
        case .integer: "an integer"
        case .float: "a float"
        case .boolean: "a boolean"
        case .offsetDateTime, .localDateTime: "a date-time"
        case .localDate: "a date"
        case .localTime: "a time"
        case .array: "an array"
        case .table: "a table"
        }
    }

    /// The value in TOML, on one line.
    package func serialized() -> String {
        switch kind {
        case .string(let text): TOMLString.serialized(text)
        case .integer(let number): String(number)
        case .float(let number): String(number)
        case .boolean(let flag): String(flag)
        case .offsetDateTime(let text), .localDateTime(let text), .localDate(let text), .localTime(let text):
            text
        case .array(let values): "[" + values.map { $0.serialized() }.joined(separator: ", ") + "]"
        case .table(let table):
            "{"
                + table.entries.map { "\(TOMLKey.serialized($0.key)) = \($0.value.serialized())" }
                .joined(separator: ", ") + "}"
        }
    }
}
