/// The four spellings of strings.
///
/// For example `"a\tb"`, `'C:\new'`, and the same between `"""` or `'''` over several lines.
enum TOMLString {
    /// What a letter behind a backslash stands for.
    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "b"): 0x08, UInt8(ascii: "t"): 0x09, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "f"): 0x0C,
        UInt8(ascii: "r"): 0x0D, UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C,
    ]

    /// The string whose opening quotes are at `cursor`, escapes resolved.
    static func parse(at cursor: inout TOMLCursor) throws(TOMLFault) -> String {
        let quote = cursor.next
        let isMultiline = cursor.isAt("\"\"\"") || cursor.isAt("'''")
        let start = cursor
        for _ in 0..<(isMultiline ? 3 : 1) { cursor.advance() }
        if isMultiline { _ = cursor.takeNewline() }

        var text: [UInt8] = []
        while let byte = cursor.next {
            if byte == quote, try close(&text, quote: byte, isMultiline, at: &cursor) {
                return String(decoding: text, as: UTF8.self)
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                try escape(into: &text, isMultiline, at: &cursor)
            } else if cursor.isAtNewline {
                guard isMultiline else { throw start.fault(.unclosedString) }
                _ = cursor.takeNewline()
                text.append(UInt8(ascii: "\n"))
            } else if byte != quote {
                try cursor.checkText()
                text.append(byte)
                cursor.advance()
            }
        }
        throw start.fault(.unclosedString)
    }

    /// `text` as a basic string on one line.
    static func serialized(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{00}"..."\u{1F}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Moves over a run of quotes; those that do not close the string are added to `text`.
    ///
    /// - Returns: Whether the string ends here.
    private static func close(
        _ text: inout [UInt8],
        quote: UInt8,
        _ isMultiline: Bool,
        at cursor: inout TOMLCursor,
    ) throws(TOMLFault) -> Bool {
        guard isMultiline else {
            cursor.advance()
            return true
        }
        // Up to two quotes may stand directly before the closing three.
        var count = 0
        while count < 5, cursor.next == quote {
            cursor.advance()
            count += 1
        }
        let contentCount = count < 3 ? count : count - 3
        text.append(contentsOf: repeatElement(quote, count: contentCount))
        return count >= 3
    }

    /// Resolves the escape at `cursor` into `text`.
    private static func escape(
        into text: inout [UInt8],
        _ isMultiline: Bool,
        at cursor: inout TOMLCursor,
    ) throws(TOMLFault) {
        let start = cursor
        cursor.advance()
        if isMultiline, skipLineEnd(at: &cursor) { return }
        let letter = cursor.next
        cursor.advance()
        if let letter, let byte = escapes[letter] {
            text.append(byte)
            return
        }
        let count = letter == UInt8(ascii: "u") ? 4 : 8
        guard letter == UInt8(ascii: "u") || letter == UInt8(ascii: "U"),
            let scalar = scalar(digits: count, at: &cursor)
        else { throw start.fault(.invalidEscape) }
        text.append(contentsOf: String(scalar).utf8)
    }

    /// Moves over the rest of a line that ends in a backslash, and all blanks and lines after it.
    ///
    /// - Returns: Whether the backslash was the last of its line.
    private static func skipLineEnd(at cursor: inout TOMLCursor) -> Bool {
        var ahead = cursor
        ahead.skipBlanks()
        guard ahead.takeNewline() else { return false }
        repeat { ahead.skipBlanks() } while ahead.takeNewline()
        cursor = ahead
        return true
    }

    /// The scalar whose number is the next `count` hex digits, or nil if there is none.
    private static func scalar(digits count: Int, at cursor: inout TOMLCursor) -> Unicode.Scalar? {
        var number: UInt32 = 0
        for _ in 0..<count {
            guard let byte = cursor.next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                return nil
            }
            number = number << 4 | UInt32(digit)
            cursor.advance()
        }
        return Unicode.Scalar(number)
    }
}
