/// A place in a document: a value, with its bytes as they came.
package struct JSONValue: Sendable {
    /// The six kinds of values (RFC 8259 §3).
    package enum Kind: Equatable, Sendable {
        case null
        case bool
        case number
        case string
        case array
        case object
    }

    let document: JSONDocument
    let index: Int

    private var node: JSONNode { document.nodes[index] }

    /// What kind of value it is.
    package var kind: Kind {
        switch node.kind {
        case .null: .null
        case .false, .true: .bool
        case .integer, .decimal: .number
        case .string, .escapedString: .string
        case .array: .array
        case .object: .object
        }
    }

    /// Whether it is `null`.
    package var isNull: Bool { node.kind == .null }

    /// The value of a member; nil if it is absent or this is not an object.
    ///
    /// Of members with the same name the last counts, as in Python and Go. A name is compared by its text,
    /// not its spelling: `"\u0061"` is `a`.
    package subscript(_ name: String) -> JSONValue? {
        guard let place = place(of: name) else { return nil }
        return JSONValue(document: document, index: place)
    }

    /// Inlined it would have the document retained before it is known whether there is such a member.
    @inline(never)
    private func place(of name: String) -> Int? { document.lastMember(named: name.utf8.span, of: index) }

    /// The number of a member, as ``int`` has it; nil also if it is absent.
    package func int(_ name: String) -> Int? {
        guard let place = place(of: name) else { return nil }
        return document.integer(Int.self, place)
    }

    /// `true` or `false` of a member; nil also if it is absent.
    package func bool(_ name: String) -> Bool? {
        guard let place = place(of: name) else { return nil }
        return document.nodes[place].bool
    }

    /// Whether nobody can take another member for the one of this name, in small letters of ASCII: there is no twin of it,
    /// no name that differs in case only, and none with escapes, which is not looked into.
    package func isUnmistakable(_ name: String) -> Bool {
        document.isUnmistakable(name.utf8.span, in: index)
    }

    /// The text of a string, nil for other values; the escape of a lone surrogate becomes U+FFFD.
    package var string: String? { document.string(index) }

    /// `true` or `false`; nil for other values.
    package var bool: Bool? { node.bool }

    /// A number spelled without fraction and exponent; nil for `3.0`, other values, and beyond 64 bits.
    package var int: Int? { integer(Int.self) }

    /// Any finite number, rounded to the nearest; nil for other values and for numbers such as `1e999`.
    package var double: Double? {
        guard kind == .number, let double = Double(String(decoding: raw, as: UTF8.self)), double.isFinite
        else { return nil }
        return double
    }

    /// The elements of an array, in order; empty for other values.
    package var elements: JSONElements { JSONElements(of: self) }

    /// The members of an object, in order and with duplicates; empty for other values.
    package var members: JSONMembers { JSONMembers(of: self) }

    /// Its bytes, spelled as they came; the indices are those of the document's `bytes`.
    package var raw: ArraySlice<UInt8> { document.bytes[node.range] }

    /// Whether it is a string with this text; nothing is allocated unless it has escapes.
    package func isString(_ text: String) -> Bool {
        document.isString(index, text.utf8.span)
    }

    func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer? {
        document.integer(type, index)
    }
}
