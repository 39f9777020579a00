/// Compares names where they lie, a word at a time.
enum Spelling {
    /// Whether a range of a text is spelled like that.
    @inline(__always)
    static func matches(_ text: UnsafeRawBufferPointer, _ range: Range<Int>, _ name: StaticString) -> Bool {
        let count = name.utf8CodeUnitCount
        guard range.upperBound &- range.lowerBound == count else { return false }
        let wanted = UnsafeRawBufferPointer(start: name.utf8Start, count: count)
        let start = range.lowerBound
        var offset = 0
        while count &- offset >= 8 {
            guard isSame(UInt64.self, text, start &+ offset, wanted, offset) else { return false }
            offset &+= 8
        }
        // What is left is compared with the bytes before it once more, rather than byte by byte.
        if count >= 8 { return isSame(UInt64.self, text, start &+ count &- 8, wanted, count &- 8) }
        if count >= 4 {
            return isSame(UInt32.self, text, start, wanted, 0)
                && isSame(UInt32.self, text, start &+ count &- 4, wanted, count &- 4)
        }
        return text[range].elementsEqual(wanted)
    }

    @inline(__always)
    private static func isSame<Word: FixedWidthInteger & BitwiseCopyable>(
        _ type: Word.Type,
        _ one: UnsafeRawBufferPointer,
        _ place: Int,
        _ other: UnsafeRawBufferPointer,
        _ otherPlace: Int,
    ) -> Bool {
        one.loadUnaligned(fromByteOffset: place, as: type)
            == other.loadUnaligned(fromByteOffset: otherPlace, as: type)
    }
}
