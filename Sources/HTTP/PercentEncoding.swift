/// Percent-encoding of targets, checked when the head is read and undone only where a part is asked for.
///
/// - Source: RFC 3986 §2.1.
package enum PercentEncoding {
    /// The byte that `%` and two digits stand for; nil: they are not hexadecimal.
    @inline(__always)
    static func byte(_ high: UInt8, _ low: UInt8) -> UInt8? {
        guard let high = Byte.hexadecimalValue(high), let low = Byte.hexadecimalValue(low) else { return nil }
        return high << 4 | low
    }

    /// The text that `bytes` stand for; a `%` that encodes nothing stays as it is.
    package static func decoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = false) -> String {
        guard bytes.contains(where: { $0 == Byte.percent || plusIsSpace && $0 == Byte.plus }) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        return String(decoding: decodedBytes(bytes, plusIsSpace: plusIsSpace), as: UTF8.self)
    }

    /// A text as one segment of a path: everything but letters, digits and `-._~` is encoded (RFC 3986 §2.3).
    package static func segment(_ text: String) -> String {
        text.utf8.reduce(into: "") { segment, byte in
            let isLetter = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
            if isLetter || Byte.isDigit(byte) || "-._~".utf8.contains(byte) {
                segment.append(Character(UnicodeScalar(byte)))
            } else {
                segment += byte < 16 ? "%0" : "%"
                segment += String(byte, radix: 16, uppercase: true)
            }
        }
    }

    /// Whether the decoded bytes are UTF-8.
    static func isUTF8(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        String(validating: decodedBytes(bytes, plusIsSpace: false), as: UTF8.self) != nil
    }

    private static func decodedBytes(
        _ bytes: some RandomAccessCollection<UInt8>,
        plusIsSpace: Bool
    ) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let first = rest.popFirst() {
            if first == Byte.percent, let high = rest.first, let low = rest.dropFirst().first,
                let value = byte(high, low)
            {
                decoded.append(value)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(first == Byte.plus && plusIsSpace ? Byte.space : first)
            }
        }
        return decoded
    }
}
