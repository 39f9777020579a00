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
        guard nodes[object].kind == .object else { return nil }
        var found: Int?
        var at = object + 1
        let end = Int(nodes[object].next)
        while at < end {
            if isString(at, name) { found = at + 1 }
            at = Int(nodes[at + 1].next)
        }
        return found
    }

    func isString(_ index: Int, _ text: Span<UInt8>) -> Bool {
        let node = nodes[index]
        switch node.kind {
        case .string: break
        case .escapedString: return isEscapedString(node.range, text)
        case .null, .false, .true, .integer, .decimal, .array, .object: return false
        }
        let start = Int(node.start) + 1
        guard Int(node.end) - start - 1 == text.count else { return false }
        for offset in 0..<text.count where bytes[start + offset] != text[offset] { return false }
        return true
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
}
