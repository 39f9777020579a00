/// Base64, with `+`, `/` and padding, or for URLs with `-` and `_` and without (RFC 4648 §4, §5).
///
///     E3 81       "44E="
///     FB FF FE    "+//+", "-__-"
package enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )
    private static let alphabetOfURLs = Array(alphabet.dropLast(2)) + "-_".utf8
    /// By the byte of a letter; 255: it is none.
    private static let values = alphabet.enumerated().reduce(into: [UInt8](repeating: 255, count: 256)) {
        $0[Int($1.element)] = UInt8($1.offset)
    }
    private static let padding = UInt8(ascii: "=")

    /// The text of those bytes.
    package static func encoded(_ bytes: some Sequence<UInt8>) -> String {
        var output = letters(of: bytes, alphabet)
        while output.count % 4 != 0 { output.append(padding) }
        return String(decoding: output, as: UTF8.self)
    }

    /// The text of those bytes for URLs, as ASCII.
    package static func encodedForURL(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        letters(of: bytes, alphabetOfURLs)
    }

    private static func letters(of bytes: some Sequence<UInt8>, _ alphabet: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                output.append(alphabet[Int(bits >> UInt32(count)) & 63])
            }
        }
        if count > 0 { output.append(alphabet[Int(bits << UInt32(6 - count)) & 63]) }
        return output
    }

    /// The bytes of a text that is padded; nil: it is no Base64.
    package static func decoded(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let letters = text.prefix { $0 != padding }
        guard text.count - letters.count <= 2, text.dropFirst(letters.count).allSatisfy({ $0 == padding })
        else { return nil }
        var output: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for letter in letters {
            let value = values[Int(letter)]
            guard value < 64 else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            output.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return output
    }
}
