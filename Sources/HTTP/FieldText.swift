/// What field names and values are compared and cut with, on bytes where they lie.
enum FieldText {
    /// Whether `bytes` is `name`, in any case.
    @inline(__always)
    static func isEqual(_ bytes: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == name.count else { return false }
        for index in 0..<bytes.count where Byte.lowercased(bytes[index]) != Byte.lowercased(name[index]) {
            return false
        }
        return true
    }

    /// Whether `bytes` is `name`, in any case; `name` must be in lower case.
    @inline(__always)
    static func isEqual(_ bytes: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
        isEqual(bytes, UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    /// Whether `bytes` is `text`, byte by byte.
    @inline(__always)
    static func isSame(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count where bytes[index] != text.utf8Start[index] { return false }
        return true
    }

    /// The range without white space at both ends (RFC 9110 §5.6.3).
    @inline(__always)
    static func trimmed(_ range: Range<Int>, of bytes: UnsafeRawBufferPointer) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, Byte.isWhitespace(bytes[start]) { start += 1 }
        while end > start, Byte.isWhitespace(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    /// Hands every non-empty element of a comma-separated list to `body` (RFC 9110 §5.6.1).
    ///
    /// Quoted strings are not looked into: the lists that are read here consist of tokens.
    @inline(__always)
    static func forEachElement(of list: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        var start = 0
        while start < list.count {
            var end = start
            while end < list.count, list[end] != Byte.comma { end += 1 }
            let element = trimmed(start..<end, of: list)
            if !element.isEmpty { body(UnsafeRawBufferPointer(rebasing: list[element])) }
            start = end + 1
        }
    }

    /// The offset of the first control character that is not a tab, or `end`.
    ///
    /// Eight bytes per step: `x - 0x20…` borrows into the high bit of every byte below 0x20, `(x ^ 0x7F…) - 0x01…` of
    /// every byte that is 0x7F. A borrow can only mark bytes above a true one, so the lowest mark is right.
    static func firstControl(in bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int {
        var index = start
        while index + 8 <= end {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let deleted = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let below = (word &- 0x2020_2020_2020_2020) & ~word
            let marks = (below | (deleted &- 0x0101_0101_0101_0101) & ~deleted) & 0x8080_8080_8080_8080
            guard marks != 0 else {
                index += 8
                continue
            }
            index += marks.trailingZeroBitCount / 8
            guard bytes[index] == Byte.tab else { return index }
            index += 1
        }
        while index < end, !Byte.isControl(bytes[index]) { index += 1 }
        return index
    }
}
