/// The head of a request that we send as a client.
///
///     POST /v1/chat/completions HTTP/1.1\r\n
///     host: api.example.com\r\n
///     content-type: application/json\r\n
///     content-length: 2\r\n
///     \r\n
///
/// - Source: RFC 9112 §3.
package struct ClientRequestHead: Sendable {
    /// The method.
    package var method: Method
    /// Path and query in origin-form, percent-encoded, such as "/v1/models?limit=1".
    package var target: String
    /// The host with its port unless that is the default one.
    package var host: String
    /// All fields but Host and Content-Length; Connection is allowed, for upgrades.
    package var fields: FieldList

    /// A head; its parts are checked when it is serialised.
    package init(method: Method, target: String, host: String, fields: FieldList = [:]) {
        self.method = method
        self.target = target
        self.host = host
        self.fields = fields
    }

    /// Appends the whole head, empty line included, to `buffer`; on a fault nothing is appended.
    ///
    /// - Parameters:
    ///   - buffer: What is written to the connection.
    ///   - contentLength: The bytes of the body; nil: no body, and no Content-Length.
    /// - Throws: `.invalidMethod`, `.invalidTarget`, `.invalidTargetCharacter`, `.invalidHost`, and what a `ResponseHead` throws for its fields.
    package func serialize(into buffer: inout [UInt8], contentLength: Int?) throws(HTTPFault) {
        let start = buffer.count
        do throws(HTTPFault) {
            try appendRequestLine(to: &buffer)
            try fields.serialize(into: &buffer, allowsConnection: true)
        } catch {
            buffer.removeSubrange(start...)
            throw error
        }
        if let contentLength {
            buffer.append(contentsOf: "content-length: ".utf8)
            Decimal.append(contentLength, to: &buffer)
            FieldList.appendLineEnd(to: &buffer)
        }
        FieldList.appendLineEnd(to: &buffer)
    }

    private func appendRequestLine(to buffer: inout [UInt8]) throws(HTTPFault) {
        let name = method.name.utf8
        guard !name.isEmpty, name.allSatisfy({ ByteSet.token.contains($0) }) else { throw .invalidMethod }
        guard target.utf8.first == Byte.slash else { throw .invalidTarget }
        for byte in target.utf8 where !ByteSet.query.contains(byte) && byte != Byte.percent {
            throw .invalidTargetCharacter
        }
        var host = host
        guard host.withUTF8({ HostSyntax.isValid(UnsafeRawBufferPointer($0)) }) else { throw .invalidHost }
        buffer.append(contentsOf: name)
        buffer.append(Byte.space)
        buffer.append(contentsOf: target.utf8)
        buffer.append(contentsOf: " HTTP/1.1\r\n".utf8)
        FieldList.append("host", host, to: &buffer)
    }
}
