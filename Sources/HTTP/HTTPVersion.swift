/// A version as start lines have it: `HTTP/1.1` is major 1, minor 1.
///
/// - Source: RFC 9112 §2.3: "HTTP" "/" DIGIT "." DIGIT, case-sensitive.
struct HTTPVersion {
    let major: Int
    let minor: Int

    /// The version that these eight bytes are; nil: they are something else.
    @inline(__always)
    init?(_ text: UnsafeRawBufferPointer) {
        guard text.count == 8, text.loadUnaligned(as: UInt32.self) == UInt32(bigEndian: 0x4854_5450),
            text[4] == Byte.slash, Byte.isDigit(text[5]), text[6] == Byte.dot, Byte.isDigit(text[7])
        else { return nil }
        major = Int(text[5] &- Byte.zero)
        minor = Int(text[7] &- Byte.zero)
    }
}
