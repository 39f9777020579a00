/// Questions about bytes that are ASCII.
enum ASCII {
    /// Whether both are the same in any case.
    static func isEqual(_ bytes: some Collection<UInt8>, _ text: String) -> Bool {
        guard bytes.count == text.utf8.count else { return false }
        return bytes.elementsEqual(text.utf8) { lowercased($0) == lowercased($1) }
    }

    /// Whether it prints as one character and is not a space.
    static func isVisible(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }
}
