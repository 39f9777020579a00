package import HTTP

/// The name of a request, in logs, in `x-request-id` and towards agents: `req-` and 24 hex digits.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    /// Names requests without asking the system for anything.
    package struct Source: Sendable {
        private let nonce: UInt64
        private var count: UInt32 = 0

        /// The names of one process.
        ///
        /// - Parameter nonce: Random, so that no two processes make the same names.
        package init(nonce: UInt64) { self.nonce = nonce }

        /// A name that this source has not given in its last 2³² calls.
        package mutating func next() -> RequestID {
            count &+= 1
            return RequestID(nonce: nonce, count: count)
        }
    }

    private let nonce: UInt64
    private let count: UInt32

    /// The name as text.
    package var description: String { spelled(after: "req-") }

    /// The name that an OpenAI client sees: `chatcmpl-` or `cmpl-`, and the same digits.
    package func answerID(for form: ChatRequest.Form) -> String {
        spelled(after: form == .completion ? "cmpl-" : "chatcmpl-")
    }

    /// The name that the client gave its request: 1 to 128 visible characters of ASCII; nil: none, or another.
    ///
    /// It is repeated to the client and logged; towards agents a request always has a name of ours.
    package static func fromClient(_ fields: Fields) -> String? {
        guard let bytes = fields.bytes(of: "x-request-id"), (1...128).contains(bytes.count),
            bytes.allSatisfy(ASCII.isVisible)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func spelled(after prefix: StaticString) -> String {
        let length = prefix.utf8CodeUnitCount
        return String(unsafeUninitializedCapacity: length + 24) { output in
            let room = UnsafeMutableRawBufferPointer(output)
            for index in 0..<length { room[index] = prefix.utf8Start[index] }
            room.storeBytes(of: Self.digits(nonce >> 32), toByteOffset: length, as: UInt64.self)
            room.storeBytes(of: Self.digits(nonce), toByteOffset: length + 8, as: UInt64.self)
            room.storeBytes(of: Self.digits(UInt64(count)), toByteOffset: length + 16, as: UInt64.self)
            return length + 24
        }
    }

    /// The eight digits of a number's lower half, as they stand in memory: all of them at once.
    ///
    ///     0x0123_abcd    30 31 32 33 61 62 63 64
    @inline(__always)
    private static func digits(_ number: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var digits = number & 0xFFFF_FFFF
        digits = (digits << 16 | digits) & 0x0000_FFFF_0000_FFFF
        digits = (digits << 8 | digits) & 0x00FF_00FF_00FF_00FF
        digits = (digits << 4 | digits) & 0x0F0F_0F0F_0F0F_0F0F
        // From ten on they are letters, which do not follow the figures.
        let letters = ((digits &+ ones &* 6) >> 4) & ones
        return (digits &+ ones &* 0x30 &+ letters &* 0x27).bigEndian
    }
}
