import Gateway
import HTTP
import Log
import Posix
import Transport

/// One line a request, spelled without formatting machinery: this runs for every request.
struct AccessLine {
    private static let pathLimit = 256
    private static let wordLimit = 128
    private static let quotedLimit = 512

    private var second: Int64 = -1
    /// The second as text, with the point behind it.
    private var prefix: [UInt8] = []

    /// Writes `TIMESTAMP access PROCESS METHOD PATH status=… us=… bytes=… gen=… id=… [model=…] [key=…] [error=…]`, or the
    /// same facts as one JSON object.
    mutating func write(
        with pen: inout Pen,
        _ visit: Visit,
        microseconds: Int,
        process: String,
        format: LogLine.Format
    ) {
        switch format {
        case .text: writeText(with: &pen, visit, microseconds, process)
        case .json: writeJSON(with: &pen, visit, microseconds, process)
        }
    }

    private mutating func writeText(
        with pen: inout Pen,
        _ visit: Visit,
        _ microseconds: Int,
        _ process: String
    ) {
        writeTime(with: &pen)
        Self.writeWord(" access ", process, with: &pen)
        Self.writeWord(" ", visit.exchange.head.method.name, with: &pen)
        pen.write(" ")
        let path = visit.exchange.head.rawPath.prefix(Self.pathLimit)
        pen.write(path.span)
        pen.write(" status=", visit.status)
        pen.write(" us=", microseconds)
        pen.write(" bytes=", visit.exchange.bodyBytes)
        pen.write(" gen=", visit.generation)
        Self.writeWord(" id=", visit.name, with: &pen)
        if let model = visit.model { Self.writeWord(" model=", model, with: &pen) }
        if let key = visit.principal.keyID { Self.writeWord(" key=", key, with: &pen) }
        if let error = visit.error { Self.writeWord(" error=", error.code, with: &pen) }
    }

    private mutating func writeJSON(
        with pen: inout Pen,
        _ visit: Visit,
        _ microseconds: Int,
        _ process: String
    ) {
        pen.write(#"{"ts":""#)
        writeTime(with: &pen)
        pen.write(#"","level":"info""#)
        Self.writeQuoted(#","process":"#, process, with: &pen)
        pen.write(#","event":"access""#)
        Self.writeQuoted(#","method":"#, visit.exchange.head.method.name, with: &pen)
        let path = visit.exchange.head.rawPath.prefix(Self.pathLimit)
        Self.writeQuoted(#","path":"#, String(decoding: path, as: UTF8.self), with: &pen)
        pen.write(#","status":"#, visit.status)
        pen.write(#","us":"#, microseconds)
        pen.write(#","bytes":"#, visit.exchange.bodyBytes)
        pen.write(#","gen":"#, visit.generation)
        Self.writeQuoted(#","id":"#, visit.name, with: &pen)
        if let model = visit.model { Self.writeQuoted(#","model":"#, model, with: &pen) }
        if let key = visit.principal.keyID { Self.writeQuoted(#","key":"#, key, with: &pen) }
        if let error = visit.error { Self.writeQuoted(#","error":"#, error.code, with: &pen) }
        pen.write("}")
    }

    private mutating func writeTime(with pen: inout Pen) {
        let (now, fraction) = WallClock.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if now != second {
            second = now
            prefix = WallClock.timestamp(now * 1_000_000_000, digits: 0).utf8.dropLast() + Array(".".utf8)
        }
        pen.write(prefix)
        pen.write(Int(fraction / 1_000_000), digits: 3)
        pen.write("Z")
    }

    private static func writeWord(_ label: StaticString, _ text: String, with pen: inout Pen) {
        let isShort = text.utf8.count <= wordLimit
        if !isShort || !pen.write(label, plain: text) { defuse(label, text, with: &pen) }
    }

    private static func writeQuoted(_ label: StaticString, _ text: String, with pen: inout Pen) {
        let isShort = text.utf8.count <= quotedLimit
        if !isShort || !pen.write(label, quoted: text) { escape(label, text, with: &pen) }
    }

    // Names that clients choose cannot break the line.

    @inline(never)
    private static func defuse(_ label: StaticString, _ text: String, with pen: inout Pen) {
        pen.write(label)
        pen.write(text.utf8.prefix(wordLimit).map { $0 > 32 && $0 != 127 ? $0 : UInt8(ascii: "_") })
    }

    @inline(never)
    private static func escape(_ label: StaticString, _ text: String, with pen: inout Pen) {
        pen.write(label)
        var bytes: [UInt8] = []
        LogLine.appendQuoted(text, to: &bytes, limit: quotedLimit)
        pen.write(bytes)
    }
}
