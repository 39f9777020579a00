/// How characters are spelled inside a string: `"`, `\`, control characters, and line separators if asked.
enum JSONEscaping {
    private static let digits = "0123456789abcdef".utf8.map { $0 }

    static func append(_ text: String, to bytes: inout [UInt8], escapesLineSeparators: Bool) {
        var text = text
        text.withUTF8 { buffer in
            append(buffer, to: &bytes, escapesLineSeparators: escapesLineSeparators)
        }
    }

    /// Appends JSON text with its line separators escaped; they can only stand inside strings.
    static func append(raw text: Span<UInt8>, to bytes: inout [UInt8]) {
        var at = 0
        while at < text.count {
            if let separator = lineSeparator(in: text, at: at) {
                bytes.append(contentsOf: separator.escape.utf8)
                at += separator.length
            } else {
                bytes.append(text[at])
                at += 1
            }
        }
    }

    private static func append(
        _ buffer: UnsafeBufferPointer<UInt8>,
        to bytes: inout [UInt8],
        escapesLineSeparators: Bool
    ) {
        let text = buffer.span
        var written = 0
        var at = JSONStringToken.plainEnd(in: text, from: 0)
        while at < text.count {
            var length = 1
            let separator = escapesLineSeparators ? lineSeparator(in: text, at: at) : nil
            if separator != nil || text[at] < 0x80 {
                bytes.append(contentsOf: buffer[written..<at])
                length = separator?.length ?? 1
                written = at + length
            }
            if let separator {
                bytes.append(contentsOf: separator.escape.utf8)
            } else if text[at] < 0x80 {
                append(escapeOf: text[at], to: &bytes)
            }
            at = JSONStringToken.plainEnd(in: text, from: at + length)
        }
        bytes.append(contentsOf: buffer[written...])
    }

    private static func append(escapeOf byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 0xF)])
        }
    }

    /// U+0085 (C2 85), U+2028 (E2 80 A8) or U+2029 (E2 80 A9) at this place.
    private static func lineSeparator(
        in text: Span<UInt8>,
        at place: Int
    ) -> (escape: String, length: Int)? {
        switch text[place] {
        case 0xC2 where place + 1 < text.count && text[place + 1] == 0x85: return ("\\u0085", 2)
        case 0xE2 where place + 2 < text.count && text[place + 1] == 0x80:
            switch text[place + 2] {
            case 0xA8: return ("\\u2028", 3)
            case 0xA9: return ("\\u2029", 3)
            default: return nil
            }
        default: return nil
        }
    }
}
