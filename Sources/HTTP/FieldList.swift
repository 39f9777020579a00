/// The fields of a head that is to be sent, in order.
///
/// Names and values are checked when the head is serialised, not here.
package struct FieldList: Sendable, ExpressibleByDictionaryLiteral {
    private(set) var entries: [(String, String)]
    /// Fields that came from elsewhere, spelled as they go out, each with its line end.
    private var lines: [UInt8] = []

    /// A list of the fields of a literal.
    ///
    ///     ["content-type": "text/event-stream", "cache-control": "no-cache"]
    package init(dictionaryLiteral elements: (String, String)...) {
        entries = []
        // Answers get up to nine more.
        entries.reserveCapacity(elements.count + 9)
        entries += elements
    }

    /// The number of fields.
    package var count: Int { entries.count + lines.count { $0 == Byte.lineFeed } }

    /// Adds a field at the end, beside any of the same name.
    package mutating func append(_ name: String, _ value: String) {
        entries.append((name, value))
    }

    /// Adds a field that a parser has taken from another head, its name in lower case.
    package mutating func append(received name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        if lines.isEmpty { lines.reserveCapacity(256) }
        for byte in name { lines.append(Byte.lowercased(byte)) }
        lines.append(Byte.colon)
        lines.append(Byte.space)
        lines.append(contentsOf: value)
        Self.appendLineEnd(to: &lines)
    }

    /// The value of the first field spelled `name`, received ones aside; nil: there is none.
    package subscript(_ name: String) -> String? {
        entries.first { $0.0 == name }?.1
    }

    /// Appends `name: value\r\n` for every field; after a fault what was appended has to be taken off again.
    ///
    /// - Throws: `.invalidFieldName`, `.invalidFieldValue` for what would break the head apart (RFC 9110 §5.5), and
    ///   `.framingField`, `.repeatedHost` for fields that are written without being asked for.
    func serialize(into buffer: inout [UInt8], allowsConnection: Bool) throws(HTTPFault) {
        for (name, value) in entries {
            let start = buffer.count
            Self.append(name, value, to: &buffer)
            let fault = buffer.withUnsafeBytes { bytes in
                let name = start..<start + name.utf8.count
                return Self.fault(
                    of: name,
                    name.upperBound + 2..<bytes.count - 2,
                    in: bytes,
                    allowsConnection
                )
            }
            if let fault { throw fault }
        }
        buffer += lines
    }

    /// Appends one field without a check.
    @inline(__always)
    static func append(_ name: String, _ value: String, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: name.utf8)
        buffer.append(Byte.colon)
        buffer.append(Byte.space)
        buffer.append(contentsOf: value.utf8)
        appendLineEnd(to: &buffer)
    }

    /// Appends CR LF.
    @inline(__always)
    static func appendLineEnd(to buffer: inout [UInt8]) {
        buffer.append(Byte.carriageReturn)
        buffer.append(Byte.lineFeed)
    }

    /// What is wrong with a field where it was written; nil: nothing.
    private static func fault(
        of name: Range<Int>,
        _ value: Range<Int>,
        in bytes: UnsafeRawBufferPointer,
        _ allowsConnection: Bool
    ) -> HTTPFault? {
        let text = UnsafeRawBufferPointer(rebasing: bytes[name])
        guard !text.isEmpty else { return .emptyFieldName }
        for byte in text where !ByteSet.token.contains(byte) { return .invalidFieldName }
        let end = FieldText.firstControl(in: bytes, from: value.lowerBound, to: value.upperBound)
        guard end == value.upperBound else { return .invalidFieldValue }
        switch text.count {
        case 4 where FieldText.isEqual(text, "host"): return .repeatedHost
        case 10 where !allowsConnection && FieldText.isEqual(text, "connection"): return .framingField
        case 14 where FieldText.isEqual(text, "content-length"): return .framingField
        case 17 where FieldText.isEqual(text, "transfer-encoding"): return .framingField
        default: return nil
        }
    }
}
