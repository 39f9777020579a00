/// Everything of a frame before its payload, 2 to 14 bytes (RFC 6455 §5.2).
struct FrameHeader: Equatable {
    /// FIN: the last frame of its message.
    var isFinal: Bool
    /// What the frame is.
    var opcode: Opcode
    /// The payload's length in bytes.
    var length: Int
    /// The masking key, first octet highest; nil in a server's frame.
    var maskKey: UInt32?

    /// Appends the header, its length in the shortest form.
    func append(to output: inout [UInt8]) {
        output.append((isFinal ? 0x80 : 0) | opcode.rawValue)
        let maskBit: UInt8 = maskKey == nil ? 0 : 0x80
        switch length {
        case ..<126:
            output.append(maskBit | UInt8(length))
        case ..<0x1_0000:
            output.append(maskBit | 126)
            Self.append(UInt16(length), to: &output)
        default:
            output.append(maskBit | 127)
            Self.append(UInt64(length), to: &output)
        }
        if let maskKey { Self.append(maskKey, to: &output) }
    }

    private static func append(_ number: some FixedWidthInteger, to output: inout [UInt8]) {
        for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
            output.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
