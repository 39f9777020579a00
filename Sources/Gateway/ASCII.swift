/// Questions about bytes that are ASCII.
enum ASCII {
    /// Whether both are the same in any case; `text` is in lower case.
    @inline(__always)
    static func isEqual(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        isEqual(bytes, UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Whether both are the same in any case.
    @inline(__always)
    static func isEqual(_ bytes: UnsafeRawBufferPointer, _ text: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == text.count else { return false }
        for index in 0..<bytes.count where lowercased(bytes[index]) != lowercased(text[index]) {
            return false
        }
        return true
    }

    /// Whether it prints as one character and is not a space.
    static func isVisible(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }

    @inline(__always)
    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }
}
