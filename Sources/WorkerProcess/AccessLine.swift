import Gateway
import HTTP
import Posix
import Transport

/// One line a request, spelled without formatting machinery: this runs for every request.
struct AccessLine {
    private var second: Int64 = -1
    private var prefix: [UInt8] = []

    /// Appends `TIMESTAMP access PROCESS METHOD PATH status=… us=… bytes=… id=… [model=…] [key=…] [error=…]`.
    mutating func append(to bytes: inout [UInt8], _ visit: Visit, took: Duration, process: String) {
        bytes.reserveCapacity(bytes.count + 256)
        appendTime(to: &bytes)
        append(" access ", to: &bytes)
        bytes += process.utf8
        bytes.append(UInt8(ascii: " "))
        bytes += visit.exchange.head.method.name.utf8
        bytes.append(UInt8(ascii: " "))
        bytes += visit.exchange.head.rawPath.prefix(256)
        append(" status=", visit.isAbandoned ? 499 : visit.exchange.status ?? 0, to: &bytes)
        append(" us=", Int(took.nanoseconds / 1000), to: &bytes)
        append(" bytes=", visit.exchange.bodyBytes, to: &bytes)
        append(" id=", visit.name, to: &bytes)
        if let model = visit.model { append(" model=", model, to: &bytes) }
        if let key = visit.principal.keyID { append(" key=", key, to: &bytes) }
        if let error = visit.error {
            append(" error=", ErrorAnswer(error, for: .openai, profile: .default).code, to: &bytes)
        }
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
    private func append(_ label: StaticString, _ text: String, to bytes: inout [UInt8]) {
        append(label, to: &bytes)
        for byte in text.utf8.prefix(128) {
            bytes.append(byte > 32 && byte != 127 ? byte : UInt8(ascii: "_"))
        }
    }

    private func append(_ label: StaticString, to bytes: inout [UInt8]) {
        label.withUTF8Buffer { bytes += $0 }
    }
}
