import Gateway
import HTTP
import Log
import Posix
import Transport

/// One line a request, spelled without formatting machinery: this runs for every request.
struct AccessLine {
    private static let pathLimit = 256

    private var second: Int64 = -1
    private var prefix: [UInt8] = []

    /// Appends `TIMESTAMP access PROCESS METHOD PATH status=… us=… bytes=… gen=… id=… [model=…] [key=…] [error=…]`, or the
    /// same facts as one JSON object.
    mutating func append(
        to bytes: inout [UInt8],
        _ visit: Visit,
        took: Duration,
        process: String,
        format: LogLine.Format
    ) {
        bytes.reserveCapacity(bytes.count + 256)
        switch format {
        case .text: appendText(to: &bytes, visit, process)
        case .json: appendJSON(to: &bytes, visit, process)
        }
        let isJSON = format == .json
        append(isJSON ? ",\"status\":" : " status=", visit.status, to: &bytes)
        append(isJSON ? ",\"us\":" : " us=", Int(took.nanoseconds / 1000), to: &bytes)
        append(isJSON ? ",\"bytes\":" : " bytes=", visit.exchange.bodyBytes, to: &bytes)
        append(isJSON ? ",\"gen\":" : " gen=", visit.generation, to: &bytes)
        append("id", visit.name, isJSON, to: &bytes)
        if let model = visit.model { append("model", model, isJSON, to: &bytes) }
        if let key = visit.principal.keyID { append("key", key, isJSON, to: &bytes) }
        if let error = visit.error {
            append("error", error.code, isJSON, to: &bytes)
        }
        if isJSON { bytes.append(UInt8(ascii: "}")) }
    }

    private mutating func appendText(to bytes: inout [UInt8], _ visit: Visit, _ process: String) {
        appendTime(to: &bytes)
        append(" access ", to: &bytes)
        bytes += process.utf8
        bytes.append(UInt8(ascii: " "))
        bytes += visit.exchange.head.method.name.utf8
        bytes.append(UInt8(ascii: " "))
        bytes += visit.exchange.head.rawPath.prefix(Self.pathLimit)
    }

    private mutating func appendJSON(to bytes: inout [UInt8], _ visit: Visit, _ process: String) {
        append("{\"ts\":\"", to: &bytes)
        appendTime(to: &bytes)
        append("\",\"level\":\"info\",\"process\":\"", to: &bytes)
        bytes += process.utf8
        append("\",\"event\":\"access\"", to: &bytes)
        append("method", visit.exchange.head.method.name, true, to: &bytes)
        let path = visit.exchange.head.rawPath.prefix(Self.pathLimit)
        append("path", String(decoding: path, as: UTF8.self), true, to: &bytes)
    }

    private mutating func appendTime(to bytes: inout [UInt8]) {
        let now = WallClock.nanoseconds
        if now / 1_000_000_000 != second {
            second = now / 1_000_000_000
            prefix = Array(WallClock.timestamp(now, digits: 0).utf8.dropLast())
        }
        bytes += prefix
        bytes.append(UInt8(ascii: "."))
        let fraction = Int(now / 1_000_000 % 1000)
        for divisor in [100, 10, 1] { bytes.append(UInt8(ascii: "0") + UInt8(fraction / divisor % 10)) }
        bytes.append(UInt8(ascii: "Z"))
    }

    private func append(_ label: StaticString, _ number: Int, to bytes: inout [UInt8]) {
        append(label, to: &bytes)
        bytes += String(number).utf8
    }

    /// Names that clients choose cannot break the line.
    private func append(_ label: StaticString, _ text: String, _ isJSON: Bool, to bytes: inout [UInt8]) {
        append(isJSON ? ",\"" : " ", to: &bytes)
        append(label, to: &bytes)
        append(isJSON ? "\":" : "=", to: &bytes)
        if isJSON { return LogLine.appendQuoted(text, to: &bytes, limit: 512) }
        for byte in text.utf8.prefix(128) {
            bytes.append(byte > 32 && byte != 127 ? byte : UInt8(ascii: "_"))
        }
    }

    private func append(_ label: StaticString, to bytes: inout [UInt8]) {
        label.withUTF8Buffer { bytes += $0 }
    }
}
