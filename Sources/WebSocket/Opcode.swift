/// What a frame is (RFC 6455 §5.2); the other ten values are reserved and refused.
package enum Opcode: UInt8, Equatable, Sendable {
    /// Goes on with the message that an earlier frame began (§5.4).
    case continuation = 0x0
    /// Begins a message of UTF-8 text (§5.6).
    case text = 0x1
    /// Begins a message of any bytes (§5.6).
    case binary = 0x2
    /// Begins or answers the closing handshake (§5.5.1).
    case close = 0x8
    /// Asks for a pong (§5.5.2).
    case ping = 0x9
    /// Answers a ping, or says unasked that its sender lives (§5.5.3).
    case pong = 0xA

    /// Whether such frames may stand between fragments and have at most 125 bytes (RFC 6455 §5.5).
    package var isControl: Bool { rawValue & 0x8 != 0 }
}
