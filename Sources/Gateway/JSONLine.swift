/// JSON that must stand on one line, since lines delimit it.
enum JSONLine {
    /// The text with a space for each line end, which JSON only has between tokens (RFC 8259 §7).
    static func flattened(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return bytes
    }

    /// Appends the flattened text.
    static func append(_ text: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes += text
        for index in start..<bytes.count where isLineEnd(bytes[index]) { bytes[index] = 0x20 }
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}
