/// The field lines of one head while they are read, and what they say about the message.
///
/// Only what any message has to obey is looked at here: framing and connection. What is true of requests alone is
/// decided by `RequestParser` when the head is complete, so that the order of the fields does not matter.
struct FieldSection {
    private(set) var entries: [FieldEntry] = []
    private(set) var contentLength: Int?
    /// Whether there is any Transfer-Encoding.
    private(set) var isTransferEncoded = false
    /// Whether Transfer-Encoding is there once and exactly "chunked".
    private(set) var isChunked = false
    private(set) var closes = false
    private(set) var keepsAlive = false
    private(set) var upgrades = false
    private(set) var hostCount = 0
    private(set) var host = 0..<0
    /// Whether every Expect is exactly "100-continue"; nil: there is none.
    private(set) var expectation: Bool?

    /// Checks one field line and remembers where its parts are.
    ///
    /// - Source: RFC 9112 §5: name ":" OWS value OWS.
    @inline(__always)
    mutating func add(
        _ line: Range<Int>,
        of head: UnsafeRawBufferPointer,
        limit: Int
    ) throws(HTTPFault) {
        var colon = line.lowerBound
        while colon < line.upperBound, ByteSet.token.contains(head[colon]) { colon += 1 }
        guard colon < line.upperBound, head[colon] == Byte.colon, colon > line.lowerBound else {
            throw Self.fault(of: line, at: colon, in: head)
        }
        let value = FieldText.trimmed(colon + 1..<line.upperBound, of: head)
        guard entries.count < limit else { throw .tooManyFields }
        if entries.isEmpty { entries.reserveCapacity(16) }
        entries.append(FieldEntry(name: ByteRange(line.lowerBound..<colon), value: ByteRange(value)))
        try interpret(line.lowerBound..<colon, value, in: head)
    }

    /// Takes the collected fields out together with a copy of the bytes they lie in.
    mutating func take(bytes: [UInt8]) -> Fields {
        let fields = Fields(bytes: bytes, entries: entries)
        entries = []
        return fields
    }

    private static func fault(
        of line: Range<Int>,
        at stop: Int,
        in head: UnsafeRawBufferPointer
    ) -> HTTPFault {
        guard stop < line.upperBound else { return .missingColon }
        if Byte.isWhitespace(head[stop]) {
            return stop == line.lowerBound ? .foldedField : .whitespaceBeforeColon
        }
        return head[stop] == Byte.colon ? .emptyFieldName : .invalidFieldName
    }

    @inline(__always)
    private mutating func interpret(
        _ name: Range<Int>,
        _ value: Range<Int>,
        in head: UnsafeRawBufferPointer
    ) throws(HTTPFault) {
        let bytes = UnsafeRawBufferPointer(rebasing: head[name])
        let text = UnsafeRawBufferPointer(rebasing: head[value])
        switch name.count {
        case 4 where FieldText.isEqual(bytes, "host"):
            hostCount += 1
            host = value
        case 6 where FieldText.isEqual(bytes, "expect"):
            expectation = expectation != false && FieldText.isEqual(text, "100-continue")
        case 10 where FieldText.isEqual(bytes, "connection"):
            readConnection(text)
        case 14 where FieldText.isEqual(bytes, "content-length"):
            guard contentLength == nil else { throw .repeatedContentLength }
            contentLength = try Self.length(text)
        case 17 where FieldText.isEqual(bytes, "transfer-encoding"):
            isChunked = !isTransferEncoded && FieldText.isEqual(text, "chunked")
            isTransferEncoded = true
        default: break
        }
    }

    private mutating func readConnection(_ list: UnsafeRawBufferPointer) {
        // Alone it need not be cut out.
        if FieldText.isEqual(list, "keep-alive") { return keepsAlive = true }
        FieldText.forEachElement(of: list) { option in
            switch option.count {
            case 5 where FieldText.isEqual(option, "close"): closes = true
            case 7 where FieldText.isEqual(option, "upgrade"): upgrades = true
            case 10 where FieldText.isEqual(option, "keep-alive"): keepsAlive = true
            default: break
            }
        }
    }

    private static func length(_ text: UnsafeRawBufferPointer) throws(HTTPFault) -> Int {
        guard !text.isEmpty else { throw .invalidContentLength }
        var length = 0
        var overflows = false
        for byte in text {
            guard byte != Byte.comma else { throw .repeatedContentLength }
            guard Byte.isDigit(byte) else { throw .invalidContentLength }
            let (product, isTooLarge) = length.multipliedReportingOverflow(by: 10)
            let (sum, isBeyond) = product.addingReportingOverflow(Int(byte &- Byte.zero))
            overflows = overflows || isTooLarge || isBeyond
            length = sum
        }
        guard !overflows else { throw .contentLengthOverflow }
        return length
    }
}
