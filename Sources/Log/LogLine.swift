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
    package enum Value: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
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

    static func append(
        to bytes: inout [UInt8],
        format: Format,
        timestamp: String,
        level: LogLevel,
        process: String,
        event: String,
        fields: KeyValuePairs<String, Value>,
    ) {
        let start = bytes.count
        switch format {
        case .text:
            bytes += "\(timestamp) \(level.name) \(process) ".utf8
            appendQuoted(event, to: &bytes)
            for (name, value) in fields {
                bytes += " \(name)=".utf8
                appendText(value, to: &bytes)
            }
        case .json:
            bytes += "{\"ts\":\"\(timestamp)\",\"level\":\"\(level.name)\",\"process\":\"\(process)\",\"event\":".utf8
            appendQuoted(event, to: &bytes)
            for (name, value) in fields {
                bytes += ",\"\(name)\":".utf8
                appendJSON(value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
        end(&bytes, from: start)
    }

    /// Ends the line that began at `start`, cut to the limit.
    static func end(_ bytes: inout [UInt8], from start: Int) {
        if bytes.count - start >= limit { bytes.removeLast(bytes.count - start - limit + 1) }
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func appendText(_ value: Value, to bytes: inout [UInt8]) {
        switch value {
        case .number(let number): bytes += String(number).utf8
        case .flag(let flag): bytes += (flag ? "true" : "false").utf8
        case .text(let text):
            let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 34 && $0 != 92 }
            if isPlain { bytes += text.utf8 } else { appendQuoted(text, to: &bytes) }
        }
    }

    private static func appendJSON(_ value: Value, to bytes: inout [UInt8]) {
        switch value {
        case .number(let number): bytes += String(number).utf8
        case .flag(let flag): bytes += (flag ? "true" : "false").utf8
        case .text(let text): appendQuoted(text, to: &bytes)
        }
    }

    /// Control characters become escapes, so that nothing logged can start a line of its own.
    package static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<32, 127: bytes += escape(byte)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func escape(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
