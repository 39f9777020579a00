/// The masking of one frame's payload, which may come in pieces (RFC 6455 §5.3).
///
/// `octet i = octet i XOR key octet (i mod 4)`; the same operation masks and unmasks.
struct Mask: Equatable {
    /// The key octet for the next payload byte is the lowest, the one after it the next.
    private var key: UInt32

    /// The mask whose first key octet on the wire is the highest of `key`.
    init(key: UInt32) { self.key = key.byteSwapped }

    /// Masks or unmasks the next `bytes` of the payload where they lie.
    mutating func apply(to bytes: UnsafeMutableRawBufferPointer) {
        let pattern = (UInt64(key) << 32 | UInt64(key)).littleEndian
        let whole = bytes.count & ~7
        for offset in stride(from: 0, to: whole, by: 8) {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            bytes.storeBytes(of: word ^ pattern, toByteOffset: offset, as: UInt64.self)
        }
        for offset in whole..<bytes.count {
            bytes[offset] ^= UInt8(truncatingIfNeeded: key)
            key = key >> 8 | key << 24
        }
    }
}
