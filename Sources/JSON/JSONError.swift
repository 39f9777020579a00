/// Why a text is not JSON (RFC 8259), and where: the offset counts bytes from 0.
package enum JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text ends inside a value.
    case incomplete(offset: Int)
    /// Neither `{ [ " t f n -` nor a digit where a value must begin.
    case expectedValue(offset: Int)
    /// A member does not begin with a string.
    case expectedName(offset: Int)
    /// A member's name is not followed by a colon.
    case expectedColon(offset: Int)
    /// After an element stands neither a comma nor the end of the array.
    case expectedCommaOrBracket(offset: Int)
    /// After a member stands neither a comma nor the end of the object.
    case expectedCommaOrBrace(offset: Int)
    /// A number with a leading zero, without digits, or with a bare fraction or exponent.
    case invalidNumber(offset: Int)
    /// A backslash that begins none of the nine escapes.
    case invalidEscape(offset: Int)
    /// A control character (below U+0020) stands unescaped in a string.
    case controlCharacter(offset: Int)
    /// A string holds bytes that are not UTF-8 (overlong forms and surrogates included).
    case invalidUTF8(offset: Int)
    /// Something other than white space follows the value.
    case trailingText(offset: Int)
    /// More than 128 arrays and objects are open at once.
    case tooDeep(offset: Int)
    /// The text is longer than 4 GiB.
    case tooLong(offset: Int)

    /// The offset of the byte at fault, or of the end of the text.
    package var offset: Int {
        switch self {
        case .incomplete(let offset), .expectedValue(let offset), .expectedName(let offset),
            .expectedColon(let offset), .expectedCommaOrBracket(let offset),
            .expectedCommaOrBrace(let offset), .invalidNumber(let offset), .invalidEscape(let offset),
            .controlCharacter(let offset), .invalidUTF8(let offset), .trailingText(let offset),
            .tooDeep(let offset), .tooLong(let offset):
            offset
        }
    }

    /// One line for a person, without the offset: `expected ',' or '}'`.
    package var message: String {
        switch self {
        case .incomplete: "the text ends too early"
        case .expectedValue: "expected a value"
        case .expectedName: "expected a name in quotes"
        case .expectedColon: "expected ':'"
        case .expectedCommaOrBracket: "expected ',' or ']'"
        case .expectedCommaOrBrace: "expected ',' or '}'"
        case .invalidNumber: "invalid number"
        case .invalidEscape: "invalid escape in a string"
        case .controlCharacter: "control character in a string"
        case .invalidUTF8: "invalid UTF-8 in a string"
        case .trailingText: "expected nothing after the value"
        case .tooDeep: "nested deeper than 128"
        case .tooLong: "longer than 4 GiB"
        }
    }

    /// The message with its place: `expected ',' or '}' at offset 12`.
    package var description: String { "\(message) at offset \(offset)" }
}
