/// One pass over a text that checks the grammar (RFC 8259) and records the tape.
///
/// It does not recurse: an open container keeps its parent's place on the tape until it is closed.
struct JSONScanner {
    /// How many arrays and objects may be open at once.
    static let depthLimit = 128

    private(set) var nodes: [JSONNode] = []
    private var at = 0
    private let limit: Int
    private var depth = 0
    /// The innermost open container; means nothing while `depth` is 0.
    private var container = 0
    private var isInObject = false

    /// A scanner that refuses more than `limit` open arrays and objects.
    init(limit: Int) { self.limit = limit }

    /// - Throws: the first fault of the text.
    mutating func scan(_ text: Span<UInt8>) throws(JSONError) {
        guard text.count < UInt32.max else { throw .tooLong(offset: Int(UInt32.max)) }
        nodes.reserveCapacity(min(text.count / 8 + 8, 4096))
        skipWhiteSpace(text)
        var hasMore = true
        while hasMore {
            hasMore = try scanValue(text)
            if !hasMore { hasMore = try scanSeparators(text) }
        }
        skipWhiteSpace(text)
        guard at == text.count else { throw .trailingText(offset: at) }
    }

    /// Returns whether another value follows at once: a container was opened, and it is not empty.
    @inline(__always)
    private mutating func scanValue(_ text: Span<UInt8>) throws(JSONError) -> Bool {
        guard at < text.count else { throw .incomplete(offset: at) }
        switch text[unchecked: at] {
        case UInt8(ascii: "\""): try scanString(text)
        case UInt8(ascii: "{"): return try open(.object, text)
        case UInt8(ascii: "["): return try open(.array, text)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try scanNumber(text)
        case UInt8(ascii: "t"): try scanWord("true", .true, text)
        case UInt8(ascii: "f"): try scanWord("false", .false, text)
        case UInt8(ascii: "n"): try scanWord("null", .null, text)
        default: throw .expectedValue(offset: at)
        }
        return false
    }

    /// Behind a value: closes what ends here; returns whether a comma, and so another value, follows.
    @inline(__always)
    private mutating func scanSeparators(_ text: Span<UInt8>) throws(JSONError) -> Bool {
        while depth > 0 {
            skipWhiteSpace(text)
            guard at < text.count else { throw .incomplete(offset: at) }
            let byte = text[unchecked: at]
            if byte == UInt8(ascii: ",") {
                at += 1
                skipWhiteSpace(text)
                if isInObject { try scanName(text) }
                return true
            }
            guard byte == closingByte else {
                throw isInObject ? .expectedCommaOrBrace(offset: at) : .expectedCommaOrBracket(offset: at)
            }
            close()
        }
        return false
    }

    @inline(__always)
    private mutating func open(_ kind: JSONNode.Kind, _ text: Span<UInt8>) throws(JSONError) -> Bool {
        guard depth < limit else { throw .tooDeep(offset: at) }
        nodes.append(JSONNode(opening: kind, at: at, parent: container))
        container = nodes.count - 1
        isInObject = kind == .object
        depth += 1
        at += 1
        skipWhiteSpace(text)
        guard at < text.count else { throw .incomplete(offset: at) }
        guard text[unchecked: at] != closingByte else {
            close()
            return false
        }
        if isInObject { try scanName(text) }
        return true
    }

    @inline(__always)
    private mutating func close() {
        at += 1
        depth -= 1
        let parent = Int(nodes[container].next)
        nodes[container].close(end: at, next: nodes.count)
        container = parent
        isInObject = nodes[parent].kind == .object
    }

    private var closingByte: UInt8 { isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]") }

    /// A member's name, its colon, and the white space before the value.
    @inline(__always)
    private mutating func scanName(_ text: Span<UInt8>) throws(JSONError) {
        guard at < text.count else { throw .incomplete(offset: at) }
        guard text[unchecked: at] == UInt8(ascii: "\"") else { throw .expectedName(offset: at) }
        try scanString(text)
        skipWhiteSpace(text)
        guard at < text.count else { throw .incomplete(offset: at) }
        guard text[unchecked: at] == UInt8(ascii: ":") else { throw .expectedColon(offset: at) }
        at += 1
        skipWhiteSpace(text)
    }

    @inline(__always)
    private mutating func scanString(_ text: Span<UInt8>) throws(JSONError) {
        let token = try JSONStringToken(scanning: text, at: at)
        record(token.hasEscapes ? .escapedString : .string, end: token.end)
    }

    @inline(__always)
    private mutating func scanNumber(_ text: Span<UInt8>) throws(JSONError) {
        let token = try JSONNumberToken(scanning: text, at: at)
        record(token.isInteger ? .integer : .decimal, end: token.end)
    }

    private mutating func scanWord(
        _ word: StaticString,
        _ kind: JSONNode.Kind,
        _ text: Span<UInt8>
    ) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard at + index < text.count else { throw .incomplete(offset: text.count) }
            guard text[at + index] == word.utf8Start[index] else { throw .expectedValue(offset: at) }
        }
        record(kind, end: at + word.utf8CodeUnitCount)
    }

    @inline(__always)
    private mutating func record(_ kind: JSONNode.Kind, end: Int) {
        nodes.append(JSONNode(kind, at..<end, next: nodes.count + 1))
        at = end
    }

    @inline(__always)
    private mutating func skipWhiteSpace(_ text: Span<UInt8>) {
        while at < text.count, text[unchecked: at] <= UInt8(ascii: " "), isWhiteSpace(text[unchecked: at]) {
            at += 1
        }
    }

    private func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\t")
    }
}
