/// One line of the log as bytes, in one of two spellings of the same facts.
///
///     2026-03-01T12:00:00.123Z info worker:0 "agent connected" agent=cursor models=2
///     {"ts":"2026-03-01T12:00:00.123Z","level":"info","process":"worker:0","event":"agent connected","agent":"cursor","models":2}
package enum LogLine {
    package enum Format: Sendable {
        case text
        case json
    }

    /// Values of a field; `number` is written bare in JSON.
    package enum Value: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
        ExpressibleByBooleanLiteral,
        ExpressibleByStringInterpolation
    {
        case text(String)
        case number(Int)
        case flag(Bool)

        package init(stringLiteral value: String) { self = .text(value) }
        package init(integerLiteral value: Int) { self = .number(value) }
        package init(booleanLiteral value: Bool) { self = .flag(value) }
        package init(_ value: some BinaryInteger) { self = .number(Int(clamping: value)) }
        package init(_ value: String) { self = .text(value) }
        package init(_ value: some CustomStringConvertible) { self = .text(value.description) }
    }

    /// The most bytes one line has, its end included; longer ones are cut.
    package static let limit = 8192

    /// What a line says.
    struct Content {
        let timestamp: String
        let level: LogLevel
        let process: String
        let event: String
        let fields: KeyValuePairs<String, Value>
    }

    static func append(_ content: Content, to bytes: inout [UInt8], format: Format) {
        let start = bytes.count
        switch format {
        case .text: appendText(content, to: &bytes)
        case .json:
            appendJSON(content, to: &bytes, textLimit: .max)
            if bytes.count - start >= limit {
                bytes.removeSubrange(start...)
                // Every byte may become six, and the event is a text too.
                appendJSON(content, to: &bytes, textLimit: limit / (content.fields.count + 2) / 6)
            }
        }
        end(&bytes, from: start)
    }

    /// Ends the line that began at `start`, cut between characters if it is too long.
    static func end(_ bytes: inout [UInt8], from start: Int) {
        if bytes.count - start >= limit {
            var end = start + limit - 1
            while end > start, bytes[end] & 0xC0 == 0x80 { end -= 1 }
            bytes.removeSubrange(end...)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func appendText(_ content: Content, to bytes: inout [UInt8]) {
        bytes += "\(content.timestamp) \(content.level.name) \(content.process) ".utf8
        appendQuoted(content.event, to: &bytes)
        for (name, value) in content.fields {
            bytes += " \(name)=".utf8
            switch value {
            case .number(let number): bytes += String(number).utf8
            case .flag(let flag): bytes += (flag ? "true" : "false").utf8
            case .text(let text):
                if isPlain(text) { bytes += text.utf8 } else { appendQuoted(text, to: &bytes) }
            }
        }
    }

    private static func appendJSON(_ content: Content, to bytes: inout [UInt8], textLimit: Int) {
        bytes += "{\"ts\":\"\(content.timestamp)\",\"level\":\"\(content.level.name)\"".utf8
        bytes += ",\"process\":\"\(content.process)\",\"event\":".utf8
        appendQuoted(content.event, to: &bytes, limit: textLimit)
        for (name, value) in content.fields {
            bytes += ",\"\(name)\":".utf8
            switch value {
            case .number(let number): bytes += String(number).utf8
            case .flag(let flag): bytes += (flag ? "true" : "false").utf8
            case .text(let text): appendQuoted(text, to: &bytes, limit: textLimit)
            }
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 34 && $0 != 92 }
    }

    /// Whatever a reader could take for the end of a line, or a terminal for a command, becomes an escape.
    package static func appendQuoted(_ text: String, to bytes: inout [UInt8], limit: Int = .max) {
        let start = bytes.count
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            if bytes.count - start > limit { break }
            switch scalar.value {
            case 0x22, 0x5C: bytes += [UInt8(ascii: "\\"), UInt8(scalar.value)]
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: bytes += escape(scalar)
            default: bytes += String(scalar).utf8
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func escape(_ scalar: Unicode.Scalar) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return Array("\\u".utf8) + [12, 8, 4, 0].map { digits[Int(scalar.value >> $0) & 15] }
    }
}
