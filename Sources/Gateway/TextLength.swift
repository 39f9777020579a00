import JSON

/// Lengths of texts in Unicode scalars, which is what limits and estimates count.
enum TextLength {
    /// The scalars of a string, counted where it lies; 0 for other values.
    static func scalars(of value: JSONValue) -> Int {
        guard value.kind == .string else { return 0 }
        return value.raw.withUnsafeBytes(scalars)
    }

    /// Whether a string has more scalars than that; most are shorter in bytes already and are not counted.
    static func isLonger(_ value: JSONValue, than limit: Int) -> Bool {
        value.raw.count - 2 > limit && scalars(of: value) > limit
    }

    /// The scalars of a string as it is spelled, quotes included.
    static func scalars(ofToken token: UnsafeRawBufferPointer) -> Int {
        var count = 0
        var isAfterHigh = false
        var at = 1
        while at < token.count - 1 {
            guard token[at] == UInt8(ascii: "\\") else {
                at = plainEnd(in: token, from: at, counting: &count)
                isAfterHigh = false
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

    /// The next backslash, or the closing quote; adds the scalars before it, sixteen bytes at a time.
    private static func plainEnd(
        in token: UnsafeRawBufferPointer,
        from start: Int,
        counting count: inout Int
    ) -> Int {
        typealias Block = SIMD16<UInt8>
        var at = start
        while at + Block.scalarCount < token.count {
            let block = token.loadUnaligned(fromByteOffset: at, as: Block.self)
            guard marks(block .== Block(repeating: UInt8(ascii: "\\"))) == 0 else { break }
            // All bytes of a scalar but its first are 10xxxxxx.
            let isInside = (block & Block(repeating: 0xC0)) .== Block(repeating: 0x80)
            count += Block.scalarCount - marks(isInside)
            at += Block.scalarCount
        }
        while at < token.count - 1, token[at] != UInt8(ascii: "\\") {
            if token[at] & 0xC0 != 0x80 { count += 1 }
            at += 1
        }
        return at
    }

    /// How many bytes are marked.
    @inline(__always)
    private static func marks(_ mask: SIMDMask<SIMD16<Int8>>) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let words = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
        // The first byte of the product is the sum of all eight.
        let sums = ((words[0] & ones) &+ (words[1] & ones)) &* ones
        return Int(sums >> 56)
    }

    private enum Surrogate { case high, low }

    /// Which half of a pair `\uXXXX` is: D800 to DBFF, or DC00 to DFFF.
    private static func surrogate(_ token: UnsafeRawBufferPointer, _ at: Int) -> Surrogate? {
        guard token[at + 2] | 0x20 == UInt8(ascii: "d") else { return nil }
        switch token[at + 3] | 0x20 {
        case UInt8(ascii: "8"), UInt8(ascii: "9"), UInt8(ascii: "a"), UInt8(ascii: "b"): return .high
        case UInt8(ascii: "c")...UInt8(ascii: "f"): return .low
        default: return nil
        }
    }
}
