/// Values without quotes: booleans, numbers, dates and times.
enum TOMLScalar {
    /// The value that begins at `cursor`.
    static func parse(at cursor: inout TOMLCursor) throws(TOMLFault) -> TOMLValue.Kind {
        let start = cursor
        let text = word(at: &cursor)
        guard !text.isEmpty else { throw start.fault(.missingValue) }
        do throws(TOMLError) {
            return try kind(of: text)
        } catch {
            throw start.fault(error)
        }
    }

    private static func word(at cursor: inout TOMLCursor) -> String {
        var bytes = Array(cursor.take(while: isPart))
        // A date and its time may be separated by one space instead of `T`.
        if bytes.count == 10, TOMLDateTime.isBegun(by: bytes), cursor.next == UInt8(ascii: " "),
            let digit = cursor.byte(ahead: 1), isDigit(digit)
        {
            cursor.advance()
            bytes.append(UInt8(ascii: " "))
            bytes += cursor.take(while: isPart)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func kind(of text: String) throws(TOMLError) -> TOMLValue.Kind {
        switch text {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "inf", "+inf": return .float(.infinity)
        case "-inf": return .float(-.infinity)
        case "nan", "+nan", "-nan": return .float(.nan)
        default: break
        }
        let bytes = Array(text.utf8)
        if TOMLDateTime.isBegun(by: bytes) { return try TOMLDateTime.kind(of: text) }
        guard let first = bytes.first, isDigit(first) || text.hasPrefix("+") || text.hasPrefix("-") else {
            throw .invalidValue(text)
        }
        return try TOMLNumber.kind(of: text)
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#"): false
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "="):
            false
        default: byte > 0x20 && byte != 0x7F
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
