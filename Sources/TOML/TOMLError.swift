/// How a text breaks the rules of TOML.
package enum TOMLError: Error, Equatable, Sendable {
    /// The bytes are not UTF-8.
    case invalidUTF8
    /// A control character stands where only text may.
    case controlCharacter(UInt8)
    /// A carriage return is not followed by a line feed.
    case loneCarriageReturn
    /// A key should stand here.
    case missingKey
    /// A key is not followed by `=`.
    case missingEquals
    /// A value should stand here.
    case missingValue
    /// Something follows what should be the end of the line.
    case trailingText
    /// A string has no end; one in single quotes ends with its line.
    case unclosedString
    /// A table's header has no end.
    case unclosedHeader
    /// An array or inline table has neither a comma nor its end after a value.
    case missingComma(end: Unicode.Scalar)
    /// An inline table does not stand on one line.
    case newlineInInlineTable
    /// An inline table has a comma before its end.
    case trailingComma
    /// A multi-line string is used as a key.
    case multilineKey
    /// A backslash in a string is followed by something that has no meaning.
    case invalidEscape
    /// An unquoted value is neither number, date, time nor boolean.
    case invalidValue(String)
    /// A number is not written as TOML wants it.
    case invalidNumber(String)
    /// An integer needs more than 64 bits.
    case integerOverflow(String)
    /// A date or time does not exist or is not written as RFC 3339 wants it.
    case invalidDateTime(String)
    /// A key has a value, or a table is defined, already, at `first`.
    case duplicate(String, first: TOMLPosition)
    /// A key on the way has a value that is no table, or one that is closed, at `first`.
    case notExtensible(String, first: TOMLPosition)
    /// Arrays, inline tables or keys are nested deeper than `limit`.
    case tooDeep(limit: Int)

    /// One sentence for people.
    package var message: String {
        switch self {
        case .invalidUTF8: "the file is not UTF-8 here"
        case .controlCharacter(let byte): "control character \(byte) is not allowed here"
        case .loneCarriageReturn: "a carriage return must be followed by a line feed"
        case .missingKey: "a key is missing; bare keys consist of letters, digits, '_' and '-'"
        case .missingEquals: "'=' is missing after the key"
        case .missingValue: "a value is missing"
        case .trailingText: "nothing but a comment may follow on this line"
        case .unclosedString: "the string that begins here has no end"
        case .unclosedHeader: "the table's header has no ']' at its end"
        case .missingComma(let end): "',' or '\(end)' is missing"
        case .newlineInInlineTable: "an inline table must stand on one line"
        case .trailingComma: "an inline table must not end with a comma"
        case .multilineKey: "a multi-line string cannot be a key"
        case .invalidEscape: "unknown escape; write '\\\\' for a backslash"
        case .invalidValue(let text): "'\(text)' is not a value; strings need quotes"
        case .invalidNumber(let text): "'\(text)' is not a valid number"
        case .integerOverflow(let text): "\(text) is too large for 64 bits"
        case .invalidDateTime(let text): "'\(text)' is not a valid date or time"
        case .duplicate(let key, let first): "'\(key)' is defined already (line \(first.line))"
        case .notExtensible(let key, let first): "'\(key)' cannot be extended (defined in line \(first.line))"
        case .tooDeep(let limit): "nested deeper than \(limit)"
        }
    }
}
