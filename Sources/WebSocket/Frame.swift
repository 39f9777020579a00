/// A whole frame to be sent: a message or a control frame (RFC 6455 §5.2).
///
/// The text "Hello" from a client, with the masking key 37 fa 21 3d (RFC 6455 §5.7):
///
///     81              FIN, no reserved bits, opcode 1 (text)
///     85              MASK, length 5
///     37 fa 21 3d     masking key
///     7f              'H' 48 ^ 37
///     9f              'e' 65 ^ fa
///     4d              'l' 6c ^ 21
///     51              'l' 6c ^ 3d
///     58              'o' 6f ^ 37
///
/// From a server the same is 81 05 48 65 6c 6c 6f. A length of 126 to 65535 stands as 7e and two bytes, a
/// greater one as 7f and eight bytes, both big-endian.
package struct Frame: Equatable, Sendable {
    /// What the frame is, never a continuation.
    package let opcode: Opcode
    /// The payload before masking.
    package let payload: [UInt8]

    /// A message of text; `utf8` must be UTF-8 (RFC 6455 §5.6).
    package static func text(_ utf8: [UInt8]) -> Frame { Frame(opcode: .text, payload: utf8) }

    /// A message of any bytes (RFC 6455 §5.6).
    package static func binary(_ bytes: [UInt8]) -> Frame { Frame(opcode: .binary, payload: bytes) }

    /// A ping; of `payload` the first 125 bytes count (RFC 6455 §5.5.2).
    package static func ping(_ payload: [UInt8] = []) -> Frame {
        Frame(opcode: .ping, payload: Array(payload.prefix(125)))
    }

    /// A pong; of `payload` the first 125 bytes count (RFC 6455 §5.5.3).
    package static func pong(_ payload: [UInt8] = []) -> Frame {
        Frame(opcode: .pong, payload: Array(payload.prefix(125)))
    }

    /// A Close frame (RFC 6455 §5.5.1).
    ///
    /// Without a code there is no payload, thus no reason. The reason is cut at the last whole character of
    /// its first 123 bytes.
    package static func close(_ code: CloseCode?, reason: String = "") -> Frame {
        guard let code else { return Frame(opcode: .close, payload: []) }
        var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)]
        for character in reason.unicodeScalars {
            guard payload.count + character.utf8.count <= 125 else { break }
            payload += character.utf8
        }
        return Frame(opcode: .close, payload: payload)
    }
}
