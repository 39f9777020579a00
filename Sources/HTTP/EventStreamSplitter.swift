/// Splits an event stream into its events, every byte as it came, wherever the stream was cut.
///
///     : a comment\n
///     event: delta\r\n          lines end with LF, CR or CR LF;
///     data: {"a":1}\r\n
///     \r\n                      an empty one ends the event
///
/// U+2028 and its like are no line ends.
///
/// - Source: HTML Living Standard §9.2.5 (parsing an event stream).
package struct EventStreamSplitter: Sendable {
    /// The longest line that is waited for, in bytes.
    package static let lineLimit = 16 << 20

    /// What has come of an event that is not whole yet.
    private var held: [UInt8] = []
    private var lineBytes = 0
    /// The lines of that event so far.
    private var lines = 0
    /// The last byte was a CR, so a LF that follows is part of the same line end.
    private var isAfterReturn = false

    package init() {}

    /// Whether the stream ended inside an event; what is empty but for line ends does not count.
    package var isInsideEvent: Bool { held.contains { $0 != Byte.lineFeed && $0 != Byte.carriageReturn } }

    /// What has come behind the last whole event.
    package var rest: [UInt8] { held }

    /// Hands every event that is whole now to `take`, its empty line included, until that returns false; and how many other
    /// lines it has.
    ///
    /// The bytes are valid during the call only.
    ///
    /// - Throws: `.lineTooLong` for a line of over 16 MiB, and lines of over 32 MiB together that end no event.
    package mutating func split(
        _ bytes: UnsafeRawBufferPointer,
        _ take: (_ event: UnsafeRawBufferPointer, _ lines: Int) -> Bool,
    ) throws(EventStreamFault) {
        var (start, at) = (0, 0)
        while let end = nextEventEnd(in: bytes, from: &at) {
            let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            let isWanted: Bool
            if held.isEmpty {
                isWanted = take(piece, lines)
            } else {
                held.append(contentsOf: piece)
                isWanted = held.withUnsafeBytes { take($0, lines) }
                held = []
            }
            lines = 0
            start = end
            if !isWanted { return }
        }
        guard lineBytes <= Self.lineLimit, held.count + bytes.count - start <= 2 * Self.lineLimit else {
            throw .lineTooLong
        }
        if start < bytes.count { held.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start...])) }
    }

    /// Behind the next empty line; nil: there is none in `bytes`, and `at` is their end.
    @inline(__always)
    private mutating func nextEventEnd(in bytes: UnsafeRawBufferPointer, from at: inout Int) -> Int? {
        while at < bytes.count {
            if isAfterReturn {
                isAfterReturn = false
                if bytes[at] == Byte.lineFeed { at += 1 }
            }
            let end = LineEnd.next(in: bytes, from: at)
            lineBytes += end - at
            guard end < bytes.count, lineBytes <= Self.lineLimit else {
                at = end
                return nil
            }
            let isEmpty = lineBytes == 0
            lineBytes = 0
            at = end + 1
            if bytes[end] == Byte.carriageReturn {
                if at < bytes.count { at += bytes[at] == Byte.lineFeed ? 1 : 0 } else { isAfterReturn = true }
            }
            if isEmpty { return at }
            lines += 1
        }
        return nil
    }
}

/// Why an event stream cannot be read on.
package enum EventStreamFault: Error, Equatable, Sendable {
    /// A line is longer than anybody waits for.
    case lineTooLong
}

/// Finds the ends of lines, many bytes at a time.
enum LineEnd {
    private typealias Block = SIMD16<UInt8>
    private typealias Marks = SIMDMask<SIMD16<Int8>>

    /// The first LF or CR at or behind `start`; the end if there is none.
    @inline(__always)
    static func next(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        let width = Block.scalarCount
        var at = start
        while at &+ 2 &* width <= bytes.count, first(marks(bytes, at) .| marks(bytes, at &+ width)) == nil {
            at &+= 2 &* width
        }
        while at &+ width <= bytes.count {
            if let place = first(marks(bytes, at)) { return at &+ place }
            at &+= width
        }
        // What is left is looked at once more with bytes before it, among which there is no end.
        if at < bytes.count, start <= bytes.count &- width {
            return first(marks(bytes, bytes.count &- width)).map { bytes.count &- width &+ $0 } ?? bytes.count
        }
        while at < bytes.count, bytes[at] != Byte.lineFeed, bytes[at] != Byte.carriageReturn { at &+= 1 }
        return at
    }

    @inline(__always)
    private static func marks(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Marks {
        let block = bytes.loadUnaligned(fromByteOffset: place, as: Block.self)
        return block .== Block(repeating: Byte.lineFeed) .| (block .== Block(repeating: Byte.carriageReturn))
    }

    /// The number of the first byte that is marked, eight at a time; nil: none is.
    @inline(__always)
    private static func first(_ marks: Marks) -> Int? {
        let words = unsafeBitCast(marks, to: SIMD2<UInt64>.self)
        if words[0] != 0 { return UInt64(littleEndian: words[0]).trailingZeroBitCount / 8 }
        return words[1] == 0 ? nil : 8 + UInt64(littleEndian: words[1]).trailingZeroBitCount / 8
    }
}
