/// A range of offsets in a head in half the space: heads are shorter than 4 GiB, and are copied as events.
struct ByteRange {
    private let start: UInt32
    private let end: UInt32

    @inline(__always)
    init(_ range: Range<Int>) {
        start = UInt32(truncatingIfNeeded: range.lowerBound)
        end = UInt32(truncatingIfNeeded: range.upperBound)
    }

    @inline(__always)
    var range: Range<Int> { Int(start)..<Int(end) }
}
