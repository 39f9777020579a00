/// A number as it stands in a text.
///
///     -0     integer        1.0     not an integer        1e3     not an integer
struct JSONNumberToken {
    /// Behind the last digit.
    let end: Int
    /// Whether it is spelled without fraction and exponent.
    let isInteger: Bool

    /// Checks the number that begins at `start`, with a digit or a minus sign.
    @inline(__always)
    init(scanning text: Span<UInt8>, at start: Int) throws(JSONError) {
        var at = text[unchecked: start] == UInt8(ascii: "-") ? start + 1 : start
        let firstDigit = at
        at = try JSONNumberToken.digitsEnd(in: text, from: at)
        guard text[unchecked: firstDigit] != UInt8(ascii: "0") || at == firstDigit + 1 else {
            throw .invalidNumber(offset: firstDigit)
        }
        let integerEnd = at
        if at < text.count, text[unchecked: at] == UInt8(ascii: ".") {
            at = try JSONNumberToken.digitsEnd(in: text, from: at + 1)
        }
        if at < text.count, text[unchecked: at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < text.count,
                text[unchecked: at] == UInt8(ascii: "+") || text[unchecked: at] == UInt8(ascii: "-")
            {
                at += 1
            }
            at = try JSONNumberToken.digitsEnd(in: text, from: at)
        }
        self.end = at
        self.isInteger = at == integerEnd
    }

    /// Behind at least one digit.
    @inline(__always)
    private static func digitsEnd(in text: Span<UInt8>, from start: Int) throws(JSONError) -> Int {
        var at = start
        while at < text.count, text[unchecked: at] &- UInt8(ascii: "0") < 10 { at += 1 }
        guard at > start else {
            throw at < text.count ? .invalidNumber(offset: at) : .incomplete(offset: at)
        }
        return at
    }
}
