/// Reads an object that is spelled as plainly as nearly all that hold counts are, without a tape.
///
///     var reader = JSONPlainReader(text)
///     while let member = reader.next() { … }
///     guard reader.isWhole else { … }
///
/// Plain are names without escapes, whole numbers that are not negative, `null`, and objects of these. Whatever else there
/// is, and whatever is wrong, ends the reading, and is for ``JSONDocument`` to look at.
package struct JSONPlainReader {
    /// A name and its value.
    package struct Member {
        /// The name between its quotes.
        package let name: Range<Int>
        /// Nil: it is `null`, or an object, whose members follow.
        package let number: Int?
        /// How many objects are open around it.
        package let depth: Int
    }

    private static let depthLimit = 8
    /// Numbers of so many digits fit.
    private static let digitLimit = 18

    private let bytes: UnsafeRawBufferPointer
    private var at = 0
    /// How many objects are open; below 0 if the text is none.
    private var depth = -1
    /// Where a comma or the end of the object has to follow, not its first member.
    private var isBehindValue = false

    /// The text must outlive the reader.
    package init(_ text: UnsafeRawBufferPointer) {
        bytes = text
        at = JSONByteSearch.blanksEnd(in: text.bytes, from: 0)
        guard Self.stands("{", in: text.bytes, at) else { return }
        at &+= 1
        depth = 1
    }

    /// Whether all of the text was plain, once ``next()`` has returned nil.
    package var isWhole: Bool { depth == 0 && at == bytes.count }

    /// The next member, inside of objects too; nil at the end, or where the text is not plain.
    package mutating func next() -> Member? {
        let text = bytes.bytes
        while depth > 0 {
            at = JSONByteSearch.blanksEnd(in: text, from: at)
            if Self.stands("}", in: text, at) {
                at &+= 1
                depth &-= 1
                isBehindValue = true
                continue
            }
            if isBehindValue {
                guard Self.stands(",", in: text, at) else { return nil }
                at = JSONByteSearch.blanksEnd(in: text, from: at &+ 1)
            }
            return member(of: text)
        }
        at = JSONByteSearch.blanksEnd(in: text, from: at)
        return nil
    }

    @inline(__always)
    private mutating func member(of text: RawSpan) -> Member? {
        guard Self.stands("\"", in: text, at) else { return nil }
        let name = Range(uncheckedBounds: (at &+ 1, JSONByteSearch.special(in: text, from: at &+ 1)))
        guard Self.stands("\"", in: text, name.upperBound) else { return nil }
        let colon = JSONByteSearch.blanksEnd(in: text, from: name.upperBound &+ 1)
        guard Self.stands(":", in: text, colon) else { return nil }
        at = JSONByteSearch.blanksEnd(in: text, from: colon &+ 1)
        isBehindValue = true
        if let number = number(in: text) { return Member(name: name, number: number, depth: depth) }
        if Self.stands("{", in: text, at) {
            guard depth < Self.depthLimit else { return nil }
            at &+= 1
            isBehindValue = false
            depth &+= 1
            return Member(name: name, number: nil, depth: depth &- 1)
        }
        guard Self.stands("n", in: text, at), Self.stands("u", in: text, at &+ 1),
            Self.stands("l", in: text, at &+ 2), Self.stands("l", in: text, at &+ 3)
        else { return nil }
        at &+= 4
        return Member(name: name, number: nil, depth: depth)
    }

    /// What follows that is no comma and no end, such as a fraction, is found to be not plain there.
    @inline(__always)
    private mutating func number(in text: RawSpan) -> Int? {
        var (end, number) = (at, 0)
        while end < text.byteCount, text[end] &- UInt8(ascii: "0") < 10 {
            number = number &* 10 &+ Int(text[end] &- UInt8(ascii: "0"))
            end &+= 1
        }
        let count = end &- at
        guard count > 0, count <= Self.digitLimit, count == 1 || text[at] != UInt8(ascii: "0") else {
            return nil
        }
        at = end
        return number
    }

    @inline(__always)
    private static func stands(_ byte: Unicode.Scalar, in text: RawSpan, _ place: Int) -> Bool {
        place < text.byteCount && text[place] == UInt8(ascii: byte)
    }
}
