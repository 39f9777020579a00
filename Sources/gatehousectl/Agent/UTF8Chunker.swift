/// Bytes in pieces of any size, out as text that is cut only between characters.
///
///     e2 82 | ac 21   →   nothing, then "€!"
///
/// Split anywhere, the same bytes give the same text; what is not UTF-8 becomes U+FFFD.
struct UTF8Chunker {
    private let limit: Int
    private var tail: [UInt8] = []

    /// - Parameter limit: the most bytes of one piece of text, at least 4.
    init(limit: Int) { self.limit = limit }

    /// The text that `bytes` complete, in pieces that are never empty; the beginning of a character waits for its end.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
        tail += bytes
        let whole = tail.count - Self.unfinished(tail)
        defer { tail.removeFirst(whole) }
        return pieces(tail[..<whole])
    }

    /// What is left when no more bytes come.
    mutating func finish() -> [String] {
        defer { tail = [] }
        return pieces(tail[...])
    }

    private func pieces(_ bytes: ArraySlice<UInt8>) -> [String] {
        var rest = Array(String(decoding: bytes, as: UTF8.self).utf8)[...]
        var pieces: [String] = []
        while !rest.isEmpty {
            var end = min(rest.startIndex + limit, rest.endIndex)
            while end < rest.endIndex, rest[end] & 0xC0 == 0x80 { end -= 1 }
            pieces.append(String(decoding: rest[..<end], as: UTF8.self))
            rest = rest[end...]
        }
        return pieces
    }

    /// How many bytes at the end begin a character that needs more of them.
    private static func unfinished(_ bytes: [UInt8]) -> Int {
        for (index, byte) in bytes.suffix(3).reversed().enumerated() where byte & 0xC0 != 0x80 {
            return length(byte) > index + 1 ? index + 1 : 0
        }
        return 0
    }

    /// The bytes of the character that `byte` begins; 1 also for one that begins none (RFC 3629 §4).
    private static func length(_ byte: UInt8) -> Int {
        switch byte {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }
}
