/// The text of a string that has escapes.
///
///     \ud83d\ude00    F0 9F 98 80
///     \ud83d          EF BF BD       (U+FFFD: a lone surrogate has no UTF-8)
struct JSONUnescaping {
    private(set) var bytes: [UInt8] = []

    /// The string must have been checked by `JSONStringToken`; `range` leaves out its quotes.
    init(_ text: Span<UInt8>, _ range: Range<Int>) {
        bytes.reserveCapacity(range.count)
        var at = range.lowerBound
        while at < range.upperBound {
            guard text[at] == UInt8(ascii: "\\") else {
                bytes.append(text[at])
                at += 1
                continue
            }
            guard text[at + 1] == UInt8(ascii: "u") else {
                bytes.append(JSONUnescaping.character(text[at + 1]))
                at += 2
                continue
            }
            at = appendCodePoint(text, at, range.upperBound)
        }
    }

    static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// Appends what the `\u` escape at `at` stands for, with the second half of a pair; returns its end.
    private mutating func appendCodePoint(_ text: Span<UInt8>, _ at: Int, _ end: Int) -> Int {
        let first = JSONUnescaping.codeUnit(text, at)
        if first & 0xFC00 == 0xD800, at + 12 <= end, text[at + 6] == UInt8(ascii: "\\"),
            text[at + 7] == UInt8(ascii: "u")
        {
            let second = JSONUnescaping.codeUnit(text, at + 6)
            if second & 0xFC00 == 0xDC00 {
                append(0x1_0000 + (first & 0x3FF) << 10 + second & 0x3FF)
                return at + 12
            }
        }
        append(first)
        return at + 6
    }

    private mutating func append(_ codePoint: UInt32) {
        bytes.append(contentsOf: (Unicode.Scalar(codePoint) ?? "\u{FFFD}").utf8)
    }

    private static func codeUnit(_ text: Span<UInt8>, _ at: Int) -> UInt32 {
        var unit: UInt32 = 0
        for index in at + 2..<at + 6 { unit = unit << 4 | (hexDigit(text[index]) ?? 0) }
        return unit
    }

    private static func character(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "r"): 0x0D
        default: letter
        }
    }
}
