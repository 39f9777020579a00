/// Reads frame headers byte by byte and refuses a faulty one before its payload comes (RFC 6455 §5.2).
struct HeaderReader {
    private enum Stage {
        case flags
        case length
        case longLength(missing: Int, atLeast: UInt64)
        case maskKey(missing: Int)
    }

    private let role: Role
    private var stage = Stage.flags
    private var isFinal = true
    private var opcode = Opcode.continuation
    private var length: UInt64 = 0
    private var maskKey: UInt32 = 0

    /// A reader of the frames that the other end sends to `role`.
    init(role: Role) { self.role = role }

    /// The header that `byte` completes, or nil if more bytes are needed.
    mutating func next(_ byte: UInt8) throws(WebSocketFault) -> FrameHeader? {
        switch stage {
        case .flags:
            try readFlags(byte)
            return nil
        case .length:
            return try readLength(byte)
        case .longLength(let missing, let least):
            length = length << 8 | UInt64(byte)
            stage = .longLength(missing: missing - 1, atLeast: least)
            guard missing == 1 else { return nil }
            guard length >= least else { throw .lengthNotMinimal }
            guard length <= Int64.max else { throw .lengthOutOfRange }
            return finishLength()
        case .maskKey(let missing):
            maskKey = maskKey << 8 | UInt32(byte)
            stage = .maskKey(missing: missing - 1)
            return missing == 1 ? header(maskKey: maskKey) : nil
        }
    }

    private mutating func readFlags(_ byte: UInt8) throws(WebSocketFault) {
        guard byte & 0x70 == 0 else { throw .reservedBits }
        guard let opcode = Opcode(rawValue: byte & 0x0F) else { throw .reservedOpcode(byte & 0x0F) }
        isFinal = byte & 0x80 != 0
        guard isFinal || !opcode.isControl else { throw .controlFragmented }
        self.opcode = opcode
        stage = .length
    }

    private mutating func readLength(_ byte: UInt8) throws(WebSocketFault) -> FrameHeader? {
        let isMasked = byte & 0x80 != 0
        switch role {
        case .server: guard isMasked else { throw .notMasked }
        case .client: guard !isMasked else { throw .masked }
        }
        let short = byte & 0x7F
        guard short <= 125 || !opcode.isControl else { throw .controlTooLong }
        length = 0
        switch short {
        case 126: stage = .longLength(missing: 2, atLeast: 126)
        case 127: stage = .longLength(missing: 8, atLeast: 0x1_0000)
        default:
            length = UInt64(short)
            return finishLength()
        }
        return nil
    }

    private mutating func finishLength() -> FrameHeader? {
        switch role {
        case .server:
            stage = .maskKey(missing: 4)
            return nil
        case .client:
            return header(maskKey: nil)
        }
    }

    private mutating func header(maskKey: UInt32?) -> FrameHeader {
        stage = .flags
        return FrameHeader(isFinal: isFinal, opcode: opcode, length: Int(length), maskKey: maskKey)
    }
}
