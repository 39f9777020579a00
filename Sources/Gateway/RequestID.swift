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

    private static let digits: StaticString = "0123456789abcdef"

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
            for index in 0..<length { output[index] = prefix.utf8Start[index] }
            for index in 0..<16 { output[length + index] = Self.digit(nonce, index, of: 16) }
            for index in 0..<8 { output[length + 16 + index] = Self.digit(UInt64(count), index, of: 8) }
            return length + 24
        }
    }

    /// The digit at that place, counted from the left.
    private static func digit(_ number: UInt64, _ place: Int, of width: Int) -> UInt8 {
        digits.utf8Start[Int(truncatingIfNeeded: number >> UInt64(4 * (width - 1 - place))) & 15]
    }
}
