/// What became of one request, in at most 504 bytes: enough to tell why, and nothing of what was said.
package struct RequestTrace: Equatable, Sendable {
    /// Nanoseconds since 1970 at which it began.
    package var at: Int64 = 0
    package var microseconds = 0
    /// Of the answer's body.
    package var bytes = 0
    package var status = 0
    /// The configuration that it was answered by.
    package var generation = 0
    package var worker = 0
    package var processID = 0
    /// Our name of it.
    package var id = ""
    /// The client's name of it, or ours.
    package var name = ""
    package var method = ""
    package var path = ""
    package var client = ""
    package var key = ""
    package var model = ""
    package var provider = ""
    /// The code of the error; empty: there was none.
    package var error = ""
    package var message = ""

    package init() {}

    static let numbers = 7
    /// The most bytes of each text, in the order in which they stand; a count of one byte precedes each.
    static let textLimits = [28, 64, 8, 80, 40, 32, 48, 32, 32, 74]
    static let bytes = numbers * 8 + textLimits.reduce(textLimits.count, +)

    /// Writes it into room for ``RequestTrace/bytes``.
    func write(to room: UnsafeMutableRawPointer) {
        var pen = Pen(place: room)
        pen.write(at)
        pen.write(Int64(microseconds))
        pen.write(Int64(bytes))
        pen.write(Int64(status))
        pen.write(Int64(generation))
        pen.write(Int64(worker))
        pen.write(Int64(processID))
        pen.write(id)
        pen.write(name)
        pen.write(method)
        pen.write(path)
        pen.write(client)
        pen.write(key)
        pen.write(model)
        pen.write(provider)
        pen.write(error)
        pen.write(message)
    }

    private struct Pen {
        var place: UnsafeMutableRawPointer
        private var texts = 0

        init(place: UnsafeMutableRawPointer) { self.place = place }

        mutating func write(_ value: Int64) {
            place.storeBytes(of: value.littleEndian, as: Int64.self)
            place += 8
        }

        mutating func write(_ text: String) {
            var text = text
            let count = text.withUTF8 { bytes in
                let count = min(bytes.count, RequestTrace.textLimits[texts])
                place.storeBytes(of: UInt8(count), as: UInt8.self)
                if let start = bytes.baseAddress { (place + 1).copyMemory(from: start, byteCount: count) }
                return count
            }
            texts += 1
            place += 1 + count
        }
    }

    /// Reads what ``write(to:)`` has written; what others wrote there is not to be trusted, so every count is checked.
    init(reading room: [UInt8]) {
        let number = { (place: Int) in
            Int(
                truncatingIfNeeded: (0..<8).reduce(UInt64(0)) {
                    $0 | UInt64(room[place * 8 + $1]) << UInt64(8 * $1)
                }
            )
        }
        at = Int64(number(0))
        (microseconds, bytes, status) = (number(1), number(2), number(3))
        (generation, worker, processID) = (number(4), number(5), number(6))
        var rest = room[(Self.numbers * 8)...]
        var texts = Self.textLimits.map { limit in
            let count = min(Int(rest.popFirst() ?? 0), limit, rest.count)
            defer { rest = rest.dropFirst(count) }
            return String(decoding: rest.prefix(count), as: UTF8.self)
        }
        for field in [
            \Self.id, \.name, \.method, \.path, \.client, \.key, \.model, \.provider, \.error, \.message,
        ] {
            self[keyPath: field] = texts.removeFirst()
        }
    }
}
