import JSON

/// Lengths of texts in Unicode scalars, which is what limits and estimates count.
enum TextLength {
    /// The scalars of a string, counted where it lies; 0 for other values.
    static func scalars(of value: JSONValue) -> Int {
        guard value.kind == .string else { return 0 }
        return value.raw.withUnsafeBufferPointer { scalars(inside: $0.span) }
    }

    /// The scalars of a string as it is spelled, quotes included.
    static func scalars(ofToken token: UnsafeRawBufferPointer) -> Int {
        token.withMemoryRebound(to: UInt8.self) { scalars(inside: $0.span) }
    }

    /// Whether a string has more scalars than that; most are shorter in bytes already and are not counted.
    static func isLonger(_ value: JSONValue, than limit: Int) -> Bool {
        value.raw.count - 2 > limit && scalars(of: value) > limit
    }

    /// The scalars of a string as it is spelled, quotes included.
    private static func scalars(inside token: Span<UInt8>) -> Int {
        var count = 0
        var isAfterHigh = false
        var at = 1
        while at < token.count - 1 {
            guard token[at] == UInt8(ascii: "\\") else {
                if token[at] & 0xC0 != 0x80 { count += 1 }
                isAfterHigh = false
                at += 1
                continue
            }
            let half = token[at + 1] == UInt8(ascii: "u") ? surrogate(token, at) : nil
            let isLow = half == .low
            if !(isLow && isAfterHigh) { count += 1 }
            isAfterHigh = half == .high
            at += token[at + 1] == UInt8(ascii: "u") ? 6 : 2
        }
        return count
    }

    private enum Surrogate { case high, low }

    /// Which half of a pair `\uXXXX` is: D800 to DBFF, or DC00 to DFFF.
    private static func surrogate(_ token: Span<UInt8>, _ at: Int) -> Surrogate? {
        guard token[at + 2] | 0x20 == UInt8(ascii: "d") else { return nil }
        switch token[at + 3] | 0x20 {
        case UInt8(ascii: "8"), UInt8(ascii: "9"), UInt8(ascii: "a"), UInt8(ascii: "b"): return .high
        case UInt8(ascii: "c")...UInt8(ascii: "f"): return .low
        default: return nil
        }
    }
}
