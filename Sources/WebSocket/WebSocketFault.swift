/// How a peer broke the protocol or our limit; the connection fails with `closeCode` (RFC 6455 §7.1.7).
package enum WebSocketFault: Error, Equatable, Sendable {
    /// RSV1, RSV2 or RSV3 is set, and no extension was agreed (RFC 6455 §5.2).
    case reservedBits
    /// An opcode of 3–7 or 11–15 (RFC 6455 §5.2).
    case reservedOpcode(UInt8)
    /// A client's frame without a mask (RFC 6455 §5.1).
    case notMasked
    /// A server's frame with a mask (RFC 6455 §5.1).
    case masked
    /// A length in more bytes than it needs (RFC 6455 §5.2, "the minimal number of bytes").
    case lengthNotMinimal
    /// A 64-bit length whose first bit is set (RFC 6455 §5.2, "MUST be 0").
    case lengthOutOfRange
    /// A Close, Ping or Pong frame without FIN (RFC 6455 §5.5).
    case controlFragmented
    /// A Close, Ping or Pong frame of more than 125 bytes (RFC 6455 §5.5).
    case controlTooLong
    /// A continuation with no message to go on with (RFC 6455 §5.4).
    case nothingToContinue
    /// A new message before the last fragment of the one under way (RFC 6455 §5.4).
    case messageInsideMessage
    /// A text message that is not UTF-8 (RFC 6455 §8.1).
    case textNotUTF8
    /// A Close frame of one byte, half a code (RFC 6455 §5.5.1).
    case closePayloadTooShort
    /// A Close frame with a code that must not be sent (RFC 6455 §7.4).
    case closeCodeNotAllowed(UInt16)
    /// A Close frame whose reason is not UTF-8 (RFC 6455 §5.5.1, §8.1).
    case closeReasonNotUTF8
    /// A message of more bytes than `limit`, fragments added up (RFC 6455 §10.4).
    case messageTooBig(limit: Int)

    /// The code that the peer is told (RFC 6455 §7.4.1).
    package var closeCode: CloseCode {
        switch self {
        case .reservedBits, .reservedOpcode, .notMasked, .masked, .lengthNotMinimal, .lengthOutOfRange,
            .controlFragmented, .controlTooLong, .nothingToContinue, .messageInsideMessage,
            .closePayloadTooShort, .closeCodeNotAllowed:
            .protocolError
        case .textNotUTF8, .closeReasonNotUTF8: .invalidPayload
        case .messageTooBig: .tooBig
        }
    }

    /// The sentence that the peer is told and the log shows.
    ///
    /// At most 123 bytes, to fit a Close frame (RFC 6455 §5.5.1).
    package var reason: String {
        switch self {
        case .reservedBits: "reserved bits are set without an extension (RFC 6455 5.2)"
        case .reservedOpcode(let opcode): "opcode \(opcode) is reserved (RFC 6455 5.2)"
        case .notMasked: "a client must mask its frames (RFC 6455 5.1)"
        case .masked: "a server must not mask its frames (RFC 6455 5.1)"
        case .lengthNotMinimal: "the length is not in its shortest form (RFC 6455 5.2)"
        case .lengthOutOfRange: "the first bit of a 64-bit length is set (RFC 6455 5.2)"
        case .controlFragmented: "a control frame is fragmented (RFC 6455 5.5)"
        case .controlTooLong: "a control frame is over 125 bytes (RFC 6455 5.5)"
        case .nothingToContinue: "a continuation has no message to continue (RFC 6455 5.4)"
        case .messageInsideMessage: "a message began before the last one ended (RFC 6455 5.4)"
        case .textNotUTF8: "a text message is not UTF-8 (RFC 6455 8.1)"
        case .closePayloadTooShort: "a close frame has one byte (RFC 6455 5.5.1)"
        case .closeCodeNotAllowed(let code): "close code \(code) must not be sent (RFC 6455 7.4)"
        case .closeReasonNotUTF8: "the reason of a close frame is not UTF-8 (RFC 6455 8.1)"
        case .messageTooBig(let limit): "a message is over \(limit) bytes"
        }
    }
}
