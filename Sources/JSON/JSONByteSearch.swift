/// Finds the next byte of a kind in a text, sixteen bytes at a time.
///
/// Each place that is looked at lies inside the text, for its count is compared first; only for that reason nothing below
/// checks it once more.
enum JSONByteSearch {
    private typealias Block = SIMD16<UInt8>

    private static let width = 16

    /// The first byte that is a quote, a backslash, a control character or not ASCII; the end if there is none.
    @inline(__always)
    static func special(in text: RawSpan, from start: Int) -> Int {
        var at = start
        while at &+ width <= text.byteCount {
            let block = block(of: text, at: at)
            let isControl = (block & Block(repeating: 0xE0)) .== Block(repeating: 0)
            let marks = bits(isQuoteOrBackslash(block) .| isControl) | block & Block(repeating: 0x80)
            if let place = first(marks) { return at &+ place }
            at &+= width
        }
        while at < text.byteCount, !isSpecial(text[at]) { at &+= 1 }
        return at
    }

    /// The first quote or backslash; the end if there is none.
    @inline(__always)
    static func quoteOrBackslash(in text: RawSpan, from start: Int) -> Int {
        var at = start
        while at &+ width <= text.byteCount {
            if let place = first(bits(isQuoteOrBackslash(block(of: text, at: at)))) { return at &+ place }
            at &+= width
        }
        while at < text.byteCount {
            let byte = text[at]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return at }
            at &+= 1
        }
        return at
    }

    /// The first quote, brace or bracket; the end if there is none.
    @inline(__always)
    static func quoteOrBracket(in text: RawSpan, from start: Int) -> Int {
        var at = start
        while at &+ width <= text.byteCount {
            let block = block(of: text, at: at)
            // A bracket is its brace but for one bit.
            let braces = block | Block(repeating: 0x20)
            let marks =
                block .== Block(repeating: UInt8(ascii: "\""))
                .| (braces .== Block(repeating: UInt8(ascii: "{")))
                .| (braces .== Block(repeating: UInt8(ascii: "}")))
            if let place = first(bits(marks)) { return at &+ place }
            at &+= width
        }
        while at < text.byteCount {
            let byte = text[at]
            let brace = byte | 0x20
            if byte == UInt8(ascii: "\"") || brace == UInt8(ascii: "{") || brace == UInt8(ascii: "}") {
                return at
            }
            at &+= 1
        }
        return at
    }

    /// The first byte that is no white space; the end if there is none.
    @inline(__always)
    static func blanksEnd(in text: RawSpan, from start: Int) -> Int {
        var at = start
        while at < text.byteCount, text[at] <= UInt8(ascii: " "), isBlank(text[at]) { at &+= 1 }
        return at
    }

    /// Whether these bytes stand at a place of a text; they must fit in there.
    @inline(__always)
    static func isEqual(_ text: RawSpan, at place: Int, _ other: RawSpan) -> Bool {
        var offset = 0
        while offset &+ 8 <= other.byteCount {
            let word = text.unsafeLoadUnaligned(fromUncheckedByteOffset: place &+ offset, as: UInt64.self)
            let wanted = other.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
            guard word == wanted else { return false }
            offset &+= 8
        }
        while offset < other.byteCount {
            guard text[place &+ offset] == other[offset] else { return false }
            offset &+= 1
        }
        return true
    }

    @inline(__always)
    private static func isQuoteOrBackslash(_ block: Block) -> SIMDMask<SIMD16<Int8>> {
        block .== Block(repeating: UInt8(ascii: "\"")) .| (block .== Block(repeating: UInt8(ascii: "\\")))
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    @inline(__always)
    private static func block(of text: RawSpan, at place: Int) -> Block {
        text.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: Block.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\t")
    }

    @inline(__always)
    private static func bits(_ mask: SIMDMask<SIMD16<Int8>>) -> Block { unsafeBitCast(mask, to: Block.self) }

    /// The number of the first byte that is not 0, eight looked at together; nil: all are.
    @inline(__always)
    private static func first(_ marks: Block) -> Int? {
        let words = unsafeBitCast(marks, to: SIMD2<UInt64>.self)
        if words[0] != 0 { return UInt64(littleEndian: words[0]).trailingZeroBitCount / 8 }
        return words[1] == 0 ? nil : 8 + UInt64(littleEndian: words[1]).trailingZeroBitCount / 8
    }
}

extension RawSpan {
    /// A byte whose place was compared with the count before.
    @inline(__always)
    subscript(place: Int) -> UInt8 { unsafeLoad(fromUncheckedByteOffset: place, as: UInt8.self) }
}
