/// The fields of a head that is to be sent, in order, spelled as they go out.
///
///     content-type: application/json\r\n
///     x-request-id: req-5e1f0c\r\n
///
/// What is wrong with a name or a value is found where it is added, and said when the head is serialised.
package struct FieldList: Sendable, ExpressibleByDictionaryLiteral {
    /// All fields, each with its line end.
    private var lines: [UInt8] = []
    /// What is wrong with the first field that is wrong; nil: nothing.
    private var fault: HTTPFault?
    /// There is a Connection field, which only a change of protocol may have.
    private var hasConnection = false

    /// A list of the fields of a literal.
    ///
    ///     ["content-type": "text/event-stream", "cache-control": "no-cache"]
    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { append(name, value) }
    }

    /// The number of fields.
    package private(set) var count = 0

    /// Adds a field at the end, beside any of the same name.
    package mutating func append(_ name: String, _ value: String) {
        // Answers have about so much.
        if lines.isEmpty { lines.reserveCapacity(384) }
        let start = lines.count
        Self.append(name, value, to: &lines)
        count += 1
        check(from: start, nameLength: name.utf8.count)
    }

    /// Adds a field that a parser has taken from another head, its name in lower case.
    package mutating func append(received name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        if lines.isEmpty { lines.reserveCapacity(384) }
        for byte in name { lines.append(Byte.lowercased(byte)) }
        lines.append(Byte.colon)
        lines.append(Byte.space)
        lines.append(contentsOf: value)
        Self.appendLineEnd(to: &lines)
        count += 1
    }

    /// The value of the first field spelled `name`; nil: there is none.
    package subscript(_ name: String) -> String? {
        for line in lines.split(separator: Byte.lineFeed) where line.starts(with: "\(name): ".utf8) {
            return String(decoding: line.dropFirst(name.utf8.count + 2).dropLast(), as: UTF8.self)
        }
        return nil
    }

    /// Appends `name: value\r\n` for every field; after a fault nothing is appended.
    ///
    /// - Throws: `.invalidFieldName`, `.invalidFieldValue` for what would break the head apart (RFC 9110 §5.5), and
    ///   `.framingField`, `.repeatedHost` for fields that are written without being asked for.
    func serialize(into buffer: inout [UInt8], allowsConnection: Bool) throws(HTTPFault) {
        if let fault { throw fault }
        if hasConnection, !allowsConnection { throw .framingField }
        buffer.append(contentsOf: lines)
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

    /// Looks at the last field where it was written.
    private mutating func check(from start: Int, nameLength: Int) {
        lines.withUnsafeBytes { bytes in
            let name = UnsafeRawBufferPointer(rebasing: bytes[start..<start + nameLength])
            let value = start + nameLength + 2..<bytes.count - 2
            if let found = Self.fault(of: name, value, in: bytes) { fault = fault ?? found }
            if nameLength == 10, FieldText.isEqual(name, "connection") { hasConnection = true }
        }
    }

    /// What is wrong with a field; nil: nothing.
    @inline(__always)
    private static func fault(
        of name: UnsafeRawBufferPointer,
        _ value: Range<Int>,
        in bytes: UnsafeRawBufferPointer
    ) -> HTTPFault? {
        guard !name.isEmpty else { return .emptyFieldName }
        for byte in name where !ByteSet.token.contains(byte) { return .invalidFieldName }
        let end = FieldText.firstControl(in: bytes, from: value.lowerBound, to: value.upperBound)
        guard end == value.upperBound else { return .invalidFieldValue }
        switch name.count {
        case 4 where FieldText.isEqual(name, "host"): return .repeatedHost
        case 14 where FieldText.isEqual(name, "content-length"): return .framingField
        case 17 where FieldText.isEqual(name, "transfer-encoding"): return .framingField
        default: return nil
        }
    }
}
