/// A string as it stands in a text: where it ends, and whether its bytes are its text.
///
///     "a\u00e9"     end 9, hasEscapes
///
/// Escapes of lone surrogates are grammatical (RFC 8259 §8.2) and accepted; see `unescaped`.
struct JSONStringToken {
    /// Behind the closing quote.
    let end: Int
    let hasEscapes: Bool

    /// Checks the string whose opening quote is at `start`.
    @inline(__always)
    init(scanning text: Span<UInt8>, at start: Int) throws(JSONError) {
        let at = JSONByteSearch.special(in: text.bytes, from: start &+ 1)
        if at < text.count, text[unchecked: at] == UInt8(ascii: "\"") {
            self.init(end: at &+ 1, hasEscapes: false)
        } else {
            try self.init(scanning: text, from: at)
        }
    }

    private init(end: Int, hasEscapes: Bool) { (self.end, self.hasEscapes) = (end, hasEscapes) }

    /// Checks a string on from its first byte that is not plain.
    @inline(never)
    private init(scanning text: Span<UInt8>, from start: Int) throws(JSONError) {
        var at = start
        var hasEscapes = false
        while at < text.count, text[unchecked: at] != UInt8(ascii: "\"") {
            switch text[unchecked: at] {
            case UInt8(ascii: "\\"):
                hasEscapes = true
                at = try JSONStringToken.escapeEnd(in: text, from: at)
            case 0x80...: at = try JSONStringToken.sequencesEnd(in: text, from: at)
            default: throw .controlCharacter(offset: at)
            }
            at = JSONByteSearch.special(in: text.bytes, from: at)
        }
        guard at < text.count else { throw .incomplete(offset: at) }
        self.end = at + 1
        self.hasEscapes = hasEscapes
    }

    /// The first byte that is a quote, a backslash, a control character or not ASCII, or the end.
    static func plainEnd(in text: Span<UInt8>, from start: Int) -> Int {
        JSONByteSearch.special(in: text.bytes, from: start)
    }

    private static func escapeEnd(in text: Span<UInt8>, from start: Int) throws(JSONError) -> Int {
        guard start + 1 < text.count else { throw .incomplete(offset: text.count) }
        switch text[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 2
        case UInt8(ascii: "u"):
            for index in start + 2..<start + 6 {
                guard index < text.count else { throw .incomplete(offset: text.count) }
                guard JSONUnescaping.hexDigit(text[index]) != nil else { throw .invalidEscape(offset: start) }
            }
            return start + 6
        default: throw .invalidEscape(offset: start)
        }
    }

    /// Behind a run of multi-byte UTF-8 sequences.
    private static func sequencesEnd(in text: Span<UInt8>, from start: Int) throws(JSONError) -> Int {
        var at = start
        while at < text.count, text[at] >= 0x80 {
            let (length, second) = try sequence(startingWith: text[at], at: at)
            guard at + 1 < text.count else { throw .incomplete(offset: text.count) }
            guard second.contains(text[at + 1]) else { throw .invalidUTF8(offset: at) }
            for index in at + 2..<at + length {
                guard index < text.count else { throw .incomplete(offset: text.count) }
                guard text[index] & 0xC0 == 0x80 else { throw .invalidUTF8(offset: at) }
            }
            at += length
        }
        return at
    }

    /// The length of a sequence and what its second byte may be.
    ///
    /// - Source: The Unicode Standard, table 3-7 (well-formed UTF-8 byte sequences).
    private static func sequence(
        startingWith lead: UInt8,
        at offset: Int
    ) throws(JSONError) -> (length: Int, second: ClosedRange<UInt8>) {
        switch lead {
        case 0xC2...0xDF: (2, 0x80...0xBF)
        case 0xE0: (3, 0xA0...0xBF)
        case 0xED: (3, 0x80...0x9F)
        case 0xE1...0xEF: (3, 0x80...0xBF)
        case 0xF0: (4, 0x90...0xBF)
        case 0xF1...0xF3: (4, 0x80...0xBF)
        case 0xF4: (4, 0x80...0x8F)
        default: throw .invalidUTF8(offset: offset)
        }
    }
}
