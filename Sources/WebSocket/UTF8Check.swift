/// Whether bytes that come in pieces are UTF-8 so far (RFC 6455 §8.1, RFC 3629 §4).
///
/// Of a character only its first continuation byte has a range of its own (against overlong forms, surrogates
/// and what lies over U+10FFFF), so the state is how many bytes are missing and the range of the next.
struct UTF8Check: Equatable {
    private var missing = 0
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Whether the bytes so far end with a whole character.
    var isComplete: Bool { missing == 0 }

    /// Whether `bytes` can follow those before; after false the value is of no more use.
    mutating func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            if missing == 0 { index = Self.skipASCII(bytes, from: index) }
            guard index < bytes.count else { return true }
            guard accepts(bytes[index]) else { return false }
            index += 1
        }
        return true
    }

    private mutating func accepts(_ byte: UInt8) -> Bool {
        guard missing > 0 else { return begins(byte) }
        guard byte >= lowest, byte <= highest else { return false }
        (missing, lowest, highest) = (missing - 1, 0x80, 0xBF)
        return true
    }

    private mutating func begins(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x7F: (missing, lowest, highest) = (0, 0x80, 0xBF)
        case 0xC2...0xDF: (missing, lowest, highest) = (1, 0x80, 0xBF)
        case 0xE0: (missing, lowest, highest) = (2, 0xA0, 0xBF)
        case 0xE1...0xEC, 0xEE, 0xEF: (missing, lowest, highest) = (2, 0x80, 0xBF)
        case 0xED: (missing, lowest, highest) = (2, 0x80, 0x9F)
        case 0xF0: (missing, lowest, highest) = (3, 0x90, 0xBF)
        case 0xF1...0xF3: (missing, lowest, highest) = (3, 0x80, 0xBF)
        case 0xF4: (missing, lowest, highest) = (3, 0x80, 0x8F)
        default: return false
        }
        return true
    }

    /// The index of the first byte that is not ASCII; of the last seven bytes it may name one that is.
    private static func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        let highBits: UInt64 = 0x8080_8080_8080_8080
        var index = start
        while index + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            guard word & highBits == 0 else { return index + (word & highBits).trailingZeroBitCount / 8 }
            index += 8
        }
        return index
    }
}
