/// What became of one request, in at most 504 bytes: enough to tell why, and nothing of what was said.
package struct RequestTrace: Equatable, Sendable {
    /// Nanoseconds since 1970 at which it began.
    package let at: Int64
    package let microseconds: Int
    /// Of the answer's body.
    package let bytes: Int
    package let status: Int
    /// The configuration that it was answered by.
    package let generation: Int
    package let worker: Int
    package let processID: Int
    /// Our name of it.
    package let id: String
    /// The client's name of it, or ours.
    package let name: String
    package let method: String
    package let path: String
    package let client: String
    package let key: String
    package let model: String
    package let provider: String
    /// The code of the error; empty: there was none.
    package let error: String
    package let message: String

    static let numbers = 7
    /// The most bytes of each text, in the order in which they stand; a count of one byte precedes each.
    static let textLimits = [28, 64, 8, 80, 40, 32, 48, 32, 32, 74]
    static let bytes = numbers * 8 + textLimits.reduce(textLimits.count, +)

    /// Writes a trace into room for ``RequestTrace/bytes``, once.
    ///
    /// This is done for every request, of what is at hand elsewhere: without a trace that is made for it.
    package struct Pen: ~Copyable {
        private var place: UnsafeMutableRawPointer
        private var texts = 0

        init(place: UnsafeMutableRawPointer) { self.place = place }

        /// Writes all of it; nil is an empty text.
        package consuming func write(
            at: Int64,
            microseconds: Int,
            bytes: Int,
            status: Int,
            generation: Int,
            worker: Int,
            processID: Int,
            id: String,
            name: String,
            method: String,
            path: ArraySlice<UInt8>,
            client: String,
            key: String?,
            model: String?,
            provider: String?,
            error: String?,
            message: String?,
        ) {
            write(at)
            write(Int64(microseconds))
            write(Int64(bytes))
            write(Int64(status))
            write(Int64(generation))
            write(Int64(worker))
            write(Int64(processID))
            write(id)
            write(name)
            write(method)
            path.withUnsafeBytes { write($0) }
            write(client)
            write(key)
            write(model)
            write(provider)
            write(error)
            write(message)
        }

        private mutating func write(_ value: Int64) {
            place.storeBytes(of: value.littleEndian, as: Int64.self)
            place += 8
        }

        private mutating func write(_ text: String?) {
            guard let text else { return write(UnsafeRawBufferPointer(start: nil, count: 0)) }
            text.utf8.withContiguousStorageIfAvailable { write(UnsafeRawBufferPointer($0)) }
                ?? Array(text.utf8).withUnsafeBytes { write($0) }
        }

        private mutating func write(_ text: UnsafeRawBufferPointer) {
            let count = min(text.count, RequestTrace.textLimits[texts])
            place.storeBytes(of: UInt8(count), as: UInt8.self)
            if let start = text.baseAddress { (place + 1).copyMemory(from: start, byteCount: count) }
            texts += 1
            place += 1 + count
        }
    }

    /// Reads what a pen has written; what others wrote there is not to be trusted, so every count is checked.
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
        let texts = Self.textLimits.map { limit in
            let count = min(Int(rest.popFirst() ?? 0), limit, rest.count)
            defer { rest = rest.dropFirst(count) }
            return String(decoding: rest.prefix(count), as: UTF8.self)
        }
        (id, name, method, path, client) = (texts[0], texts[1], texts[2], texts[3], texts[4])
        (key, model, provider, error, message) = (texts[5], texts[6], texts[7], texts[8], texts[9])
    }
}
