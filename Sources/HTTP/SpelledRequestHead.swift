/// The head of requests that are the same but for a few fields: checked and spelled once.
package struct SpelledRequestHead: Sendable {
    /// The method.
    package let method: Method
    /// All but the fields that differ, Content-Length and the empty line.
    private let bytes: [UInt8]

    /// Spells what all of the requests have.
    ///
    /// - Throws: what ``ClientRequestHead/serialize(into:contentLength:)`` does.
    package init(_ head: ClientRequestHead) throws(HTTPFault) {
        method = head.method
        var bytes: [UInt8] = []
        try head.serialize(into: &bytes, contentLength: nil)
        self.bytes = Array(bytes.dropLast(2))
    }

    /// Appends the whole head of one request, empty line included; on a fault `buffer` is of no use.
    ///
    /// - Throws: what ``ClientRequestHead/serialize(into:contentLength:)`` does for its fields.
    package func serialize(into buffer: inout [UInt8], adding fields: FieldList, contentLength: Int)
        throws(HTTPFault)
    {
        buffer.append(contentsOf: bytes)
        try fields.serialize(into: &buffer, allowsConnection: false)
        buffer.append(contentsOf: "content-length: ".utf8)
        Decimal.append(contentLength, to: &buffer)
        FieldList.appendLineEnd(to: &buffer)
        FieldList.appendLineEnd(to: &buffer)
    }
}
