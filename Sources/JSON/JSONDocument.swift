/// A JSON text, checked and indexed, that keeps every byte as it came.
///
/// Order of members, duplicates, white space and the spelling of numbers and strings survive, because
/// nothing is rebuilt: values are places in `bytes`, and changes are patches of them.
package struct JSONDocument: Sendable {
    /// How many arrays and objects may be open at once.
    package static let depthLimit = JSONScanner.depthLimit

    /// The text.
    package let bytes: [UInt8]
    let nodes: [JSONNode]

    /// Checks the whole text: one value, with nothing but white space around it.
    ///
    /// `depth`: how many arrays and objects may be open at once; more than the usual 128 only for texts of our own
    /// that wrap another's.
    ///
    /// - Throws: the first fault; `.tooDeep` over `depth` open arrays and objects.
    /// - Source: RFC 8259; a byte order mark is refused (§8.1).
    package init(parsing bytes: [UInt8], depth: Int = JSONDocument.depthLimit) throws(JSONError) {
        var scanner = JSONScanner(limit: depth)
        try scanner.scan(bytes.span)
        self.bytes = bytes
        self.nodes = scanner.nodes
    }

    /// The value that is the text.
    package var root: JSONValue { JSONValue(document: self, index: 0) }

    /// The text with some places changed, every other byte as it was.
    ///
    /// Edits take effect in their order; of two edits of one place the last wins; one inside a place that
    /// is itself replaced or removed has no effect. `set` and `remove` on what is no object do nothing.
    package func replacing(_ edits: [JSONEdit]) -> [UInt8] {
        var patching = JSONPatching(document: self)
        for edit in edits { patching.add(edit) }
        return patching.patched()
    }

    /// The value of the last member of this name: its place on the tape; nil if there is none.
    func lastMember(named name: Span<UInt8>, of object: Int) -> Int? {
        let tape = nodes.span
        guard tape[object].kind == .object else { return nil }
        var found: Int?
        var at = object + 1
        let end = Int(tape[object].next)
        while at < end {
            // Behind every name there is its value.
            if isString(tape[unchecked: at], name) { found = at + 1 }
            at = Int(tape[unchecked: at + 1].next)
        }
        return found
    }

    /// Whether no member of an object can be taken for one of this name, in small letters of ASCII, but one that is it:
    /// no second one, none in other letters, and none with escapes in its name.
    func isUnmistakable(_ name: Span<UInt8>, in object: Int) -> Bool {
        guard nodes[object].kind == .object else { return true }
        var isFound = false
        var at = object + 1
        while at < Int(nodes[object].next) {
            let node = nodes[at]
            if node.kind == .escapedString { return false }
            if node.length == name.count + 2, isInAnyCase(node, name) {
                guard !isFound, isString(node, name) else { return false }
                isFound = true
            }
            at = Int(nodes[at + 1].next)
        }
        return true
    }

    private func isInAnyCase(_ node: JSONNode, _ name: Span<UInt8>) -> Bool {
        let text = bytes.span.extracting(node.range)
        for offset in name.indices where text[offset + 1] | 0x20 != name[offset] { return false }
        return true
    }

    func isString(_ index: Int, _ text: Span<UInt8>) -> Bool { isString(nodes[index], text) }

    @inline(__always)
    private func isString(_ node: JSONNode, _ text: Span<UInt8>) -> Bool {
        if node.kind == .string {
            node.length == text.count + 2
                && JSONByteSearch.isEqual(bytes.span.bytes, at: Int(node.start) + 1, text.bytes)
        } else {
            node.kind == .escapedString && isEscapedString(node.range, text)
        }
    }

    private func isEscapedString(_ range: Range<Int>, _ text: Span<UInt8>) -> Bool {
        let inner = range.lowerBound + 1..<range.upperBound - 1
        // An escape is at most six bytes for one.
        guard inner.count >= text.count, inner.count <= 6 * text.count else { return false }
        let unescaped = JSONUnescaping(bytes.span, inner).bytes
        guard unescaped.count == text.count else { return false }
        for offset in 0..<text.count where unescaped[offset] != text[offset] { return false }
        return true
    }

    /// The text of a string or a name; nil for other values.
    func string(_ index: Int) -> String? {
        let range = nodes[index].range
        switch nodes[index].kind {
        case .string:
            return String(decoding: bytes[range.lowerBound + 1..<range.upperBound - 1], as: UTF8.self)
        case .escapedString:
            let inner = range.lowerBound + 1..<range.upperBound - 1
            return String(decoding: JSONUnescaping(bytes.span, inner).bytes, as: UTF8.self)
        case .null, .false, .true, .integer, .decimal, .array, .object: return nil
        }
    }

    /// A number spelled without fraction and exponent; nil for other values, and those that are too large.
    func integer<Integer: FixedWidthInteger>(_ type: Integer.Type, _ index: Int) -> Integer? {
        guard nodes[index].kind == .integer else { return nil }
        let digits = bytes.span.extracting(nodes[index].range)
        let isNegative = digits[0] == UInt8(ascii: "-")
        var value: Integer = 0
        for place in (isNegative ? 1 : 0)..<digits.count {
            let digit = Integer(truncatingIfNeeded: digits[place] &- UInt8(ascii: "0"))
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) =
                isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}
