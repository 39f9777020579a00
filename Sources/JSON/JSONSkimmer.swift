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

    /// Which members are told of.
    package struct Filter: Sendable {
        /// One bit for each letter that a name may begin with, and for each of its lengths.
        fileprivate private(set) var initials: UInt32 = .max
        fileprivate private(set) var lengths: UInt64 = .max

        /// All of them.
        package init() {}

        /// Those of these names, shorter than 64 bytes, and a few others.
        package init(names: [String]) {
            initials = names.reduce(0) { $0 | 1 << UInt32(($1.utf8.first ?? 0) & 31) }
            lengths = names.reduce(0) { $0 | 1 << UInt64($1.utf8.count) }
        }
    }

    private let bytes: UnsafeRawBufferPointer
    private let filter: Filter
    /// All before it has been seen.
    private var at = 0
    /// How many objects and arrays are open there.
    private var depth = 0

    /// The text must outlive the skimmer.
    ///
    /// `at`, `depth`: where one was that has seen the beginning of the text, or the same bytes in another.
    package init(_ text: UnsafeRawBufferPointer, _ filter: Filter = Filter(), at: Int = 0, depth: Int = 0) {
        bytes = text
        self.filter = filter
        (self.at, self.depth) = (at, depth)
    }

    /// Whether everything that was opened has been closed, and nothing follows, once ``next()`` has returned nil.
    package var isWhole: Bool { depth == 0 && at == bytes.count }

    /// The next member that passes the filter, inside of values too; nil at the end.
    package mutating func next() -> Member? {
        let text = bytes.bytes
        while at < text.byteCount {
            switch text[at] {
            case UInt8(ascii: "\""):
                // A string without an end is never passed, so that the text is not whole.
                guard let end = Self.stringEnd(in: text, from: at) else { return nil }
                let name = Range(uncheckedBounds: (at &+ 1, end &- 1))
                at = end
                guard let value = Self.valueStart(in: text, behind: end) else { continue }
                at = value
                if passes(name, text) { return Member(name: name, value: value, depth: depth) }
            case UInt8(ascii: "{"), UInt8(ascii: "["): (at, depth) = (at &+ 1, depth &+ 1)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                (at, depth) = (at &+ 1, depth &- 1)
                guard depth <= 0 else { continue }
                at = JSONByteSearch.blanksEnd(in: text, from: at)
                return nil
            case UInt8(ascii: ","): at = Self.commaEnd(in: text, at)
            default: at = JSONByteSearch.quoteOrBracket(in: text, from: at &+ 1)
            }
        }
        return nil
    }

    /// Where the value begins if a string that ends there is a name; nil: it is none.
    @inline(__always)
    private static func valueStart(in text: RawSpan, behind end: Int) -> Int? {
        let colon = JSONByteSearch.blanksEnd(in: text, from: end)
        guard colon < text.byteCount, text[colon] == UInt8(ascii: ":") else { return nil }
        return JSONByteSearch.blanksEnd(in: text, from: colon &+ 1)
    }

    /// Behind a comma, and the space that many write there.
    @inline(__always)
    private static func commaEnd(in text: RawSpan, _ comma: Int) -> Int {
        let next = comma &+ 1
        return next < text.byteCount && text[next] == UInt8(ascii: " ") ? next &+ 1 : next
    }

    @inline(__always)
    private func passes(_ name: Range<Int>, _ text: RawSpan) -> Bool {
        let count = UInt64(truncatingIfNeeded: name.upperBound &- name.lowerBound)
        // Behind a name there is its quote at least.
        let initial = UInt32(text[name.lowerBound])
        return filter.lengths &>> count & 1 != 0 && filter.initials &>> initial & 1 != 0
    }

    /// Behind the string that begins at `start`; nil: it is not whole.
    package func stringEnd(from start: Int) -> Int? { Self.stringEnd(in: bytes.bytes, from: start) }

    @inline(__always)
    private static func stringEnd(in text: RawSpan, from start: Int) -> Int? {
        var at = start &+ 1
        while true {
            at = JSONByteSearch.quoteOrBackslash(in: text, from: at)
            guard at < text.byteCount else { return nil }
            if text[at] == UInt8(ascii: "\"") { return at &+ 1 }
            at &+= 2
        }
    }

    /// Behind the value that begins at `start`, an object, an array or a string; nil: it is not whole.
    package func valueEnd(from start: Int) -> Int? {
        let text = bytes.bytes
        guard start < text.byteCount else { return nil }
        if text[start] == UInt8(ascii: "\"") { return Self.stringEnd(in: text, from: start) }
        var (at, depth) = (start, 0)
        while at < text.byteCount {
            switch text[at] {
            case UInt8(ascii: "\""):
                guard let end = Self.stringEnd(in: text, from: at) else { return nil }
                at = end
            case UInt8(ascii: "{"), UInt8(ascii: "["): (at, depth) = (at &+ 1, depth &+ 1)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                (at, depth) = (at &+ 1, depth &- 1)
                if depth <= 0 { return at }
            default: at = JSONByteSearch.quoteOrBracket(in: text, from: at &+ 1)
            }
        }
        return nil
    }

    /// The first byte at or behind `start` that is no white space.
    package func skipBlanks(from start: Int) -> Int { JSONByteSearch.blanksEnd(in: bytes.bytes, from: start) }
}
