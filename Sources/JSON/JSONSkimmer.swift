/// Walks over a JSON text from member to member, without a tape, for texts of which little is of interest.
///
///     var skimmer = JSONSkimmer(text)
///     while let member = skimmer.next() { … }
///     guard skimmer.isWhole else { … }
///
/// Strings are followed properly, so what looks like a member inside one is none; beyond that the grammar is not checked.
package struct JSONSkimmer {
    /// A name and where its value begins.
    package struct Member {
        /// The name between its quotes, as it is spelled.
        package let name: Range<Int>
        /// The first byte of the value.
        package let value: Int
        /// How many objects and arrays are open around it; 1: it is the text's own.
        package let depth: Int
    }

    private let text: UnsafeRawBufferPointer
    private var at = 0
    private var depth = 0
    private var isBroken = false
    /// The text's object or array has been closed.
    private var isOver = false

    /// The text must outlive the skimmer.
    package init(_ text: UnsafeRawBufferPointer) { self.text = text }

    /// Whether everything that was opened has been closed, once ``next()`` has returned nil.
    package var isWhole: Bool { depth == 0 && !isBroken && at == text.count }

    /// The next member, inside of values too; nil at the end.
    @inline(__always)
    package mutating func next() -> Member? {
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\""):
                guard let end = stringEnd(from: at) else {
                    isBroken = true
                    return nil
                }
                let name = at + 1..<end - 1
                at = skipBlanks(from: end)
                if at < text.count, text[at] == UInt8(ascii: ":") {
                    at = skipBlanks(from: at + 1)
                    return Member(name: name, value: at, depth: depth)
                }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                at += 1
                isBroken = isBroken || isOver
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                at += 1
                isBroken = isBroken || depth < 0
                isOver = depth == 0
            default:
                // Numbers, words, commas; behind the end nothing of the kind may follow.
                isBroken = isBroken || isOver && !Self.isBlank(text[at])
                at += 1
            }
        }
        return nil
    }

    /// Whether a name, or a string's text, is spelled like that.
    @inline(__always)
    package func isSpelled(_ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        for index in 0..<range.count where text[range.lowerBound + index] != name.utf8Start[index] {
            return false
        }
        return true
    }

    /// Behind the string that begins at `start`; nil: it is not whole.
    package func stringEnd(from start: Int) -> Int? {
        var at = start + 1
        while true {
            at = JSONStringToken.plainEnd(in: text.bytes, from: at)
            guard at < text.count else { return nil }
            switch text[at] {
            case UInt8(ascii: "\""): return at + 1
            case UInt8(ascii: "\\"): at += 2
            default: at += 1
            }
        }
    }

    /// Behind the value that begins at `start`, an object, an array or a string; nil: it is not whole.
    package func valueEnd(from start: Int) -> Int? {
        guard start < text.count else { return nil }
        if text[start] == UInt8(ascii: "\"") { return stringEnd(from: start) }
        var (at, depth) = (start, 0)
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\""):
                guard let end = stringEnd(from: at) else { return nil }
                at = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth <= 0 { return at + 1 }
            default: break
            }
            at += 1
        }
        return nil
    }

    /// The first byte at or behind `start` that is no white space.
    package func skipBlanks(from start: Int) -> Int {
        var at = start
        while at < text.count, Self.isBlank(text[at]) { at += 1 }
        return at
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\t")
    }
}
