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
    /// The last byte was a CR, so a LF that follows is part of the same line end.
    private var isAfterReturn = false

    package init() {}

    /// Whether the stream ended inside an event; what is empty but for line ends does not count.
    package var isInsideEvent: Bool { held.contains { $0 != Byte.lineFeed && $0 != Byte.carriageReturn } }

    /// What has come behind the last whole event.
    package var rest: [UInt8] { held }

    /// Hands every event that is whole now to `take`, its empty line included, until that returns false.
    ///
    /// The bytes are valid during the call only.
    ///
    /// - Throws: `.lineTooLong` for a line of over 16 MiB, and lines of over 32 MiB together that end no event.
    package mutating func split(
        _ bytes: UnsafeRawBufferPointer,
        _ take: (UnsafeRawBufferPointer) -> Bool,
    ) throws(EventStreamFault) {
        var (start, at) = (0, 0)
        while let end = nextEventEnd(in: bytes, from: &at) {
            let isWanted: Bool
            if held.isEmpty {
                isWanted = take(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            } else {
                held.append(contentsOf: bytes[start..<end])
                isWanted = held.withUnsafeBytes(take)
                held = []
            }
            start = end
            if !isWanted { return }
        }
        guard lineBytes <= Self.lineLimit, held.count + bytes.count - start <= 2 * Self.lineLimit else {
            throw .lineTooLong
        }
        held.append(contentsOf: bytes[start...])
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
        }
        return nil
    }
}

/// Why an event stream cannot be read on.
package enum EventStreamFault: Error, Equatable, Sendable {
    /// A line is longer than anybody waits for.
    case lineTooLong
}

/// Finds the ends of lines, eight bytes at a time.
enum LineEnd {
    /// The first LF or CR at or behind `start`; the end if there is none.
    @inline(__always)
    static func next(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var at = start
        while at + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
            let marks = marks(in: word)
            guard marks == 0 else { return at + marks.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < bytes.count, bytes[at] != Byte.lineFeed, bytes[at] != Byte.carriageReturn { at += 1 }
        return at
    }

    /// The top bit of the lowest byte that is LF or CR is set; above it bits may be set for nothing.
    ///
    /// - Source: "Bit Twiddling Hacks", "Determine if a word has a zero byte".
    @inline(__always)
    private static func marks(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let feeds = word ^ (ones &* UInt64(Byte.lineFeed))
        let returns = word ^ (ones &* UInt64(Byte.carriageReturn))
        return ((feeds &- ones) & ~feeds | (returns &- ones) & ~returns) & (ones &* 0x80)
    }
}
