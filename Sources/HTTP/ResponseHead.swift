/// The head of a response that is to be sent.
///
///     HTTP/1.1 200 OK\r\n
///     content-type: application/json\r\n
///     date: Sun, 06 Nov 1994 08:49:37 GMT\r\n
///     content-length: 2\r\n
///     \r\n
///
/// - Source: RFC 9112 §4, §5, §9.
package struct ResponseHead: Sendable {
    /// What tells a waiting client to send its body (RFC 9110 §15.2.1).
    package static let continueBytes = [UInt8]("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// The status, 100 to 599.
    package var status: Int
    /// All fields but those that follow from framing and connection, and those that every answer has.
    package var fields: FieldList

    /// A head; the fields are checked when it is serialised.
    package init(status: Int, fields: FieldList = [:]) {
        self.status = status
        self.fields = fields
    }

    /// Appends the whole head, empty line included, to `buffer`; on a fault nothing is appended.
    ///
    /// - Parameters:
    ///   - buffer: What is written to the connection.
    ///   - framing: Decides Content-Length, Transfer-Encoding; `.close` implies that the connection closes.
    ///   - keepsAlive: Whether another request may follow; if not, `connection: close` is said.
    ///   - minorVersion: That of the request: HTTP/1.0 has to be told `connection: keep-alive`.
    ///   - lines: Fields that every answer has, Date among them, spelled and checked already, each with its line end.
    /// - Throws: `.invalidFieldName`, `.invalidFieldValue`, `.framingField`. A Connection field of one's own is only
    ///   right with status 101.
    package func serialize(
        into buffer: inout [UInt8],
        framing: ResponseFraming,
        keepsAlive: Bool,
        minorVersion: Int = 1,
        lines: [UInt8] = [],
    ) throws(HTTPFault) {
        let start = buffer.count
        appendStatusLine(to: &buffer)
        do throws(HTTPFault) {
            try fields.serialize(into: &buffer, allowsConnection: status == 101)
        } catch {
            buffer.removeSubrange(start...)
            throw error
        }
        buffer.append(contentsOf: lines)
        Self.append(framing, to: &buffer)
        appendConnection(keepsAlive && framing != .close, minorVersion, to: &buffer)
        FieldList.appendLineEnd(to: &buffer)
    }

    private static let okLine = Array("HTTP/1.1 200 OK\r\n".utf8)

    private func appendStatusLine(to buffer: inout [UInt8]) {
        if status == 200 { return buffer.append(contentsOf: Self.okLine) }
        buffer.append(contentsOf: "HTTP/1.1 ".utf8)
        Decimal.append(status, to: &buffer)
        buffer.append(Byte.space)
        buffer.append(contentsOf: Status.phrase(status).utf8)
        FieldList.appendLineEnd(to: &buffer)
    }

    private static func append(_ framing: ResponseFraming, to buffer: inout [UInt8]) {
        switch framing {
        case .length(let length), .headOnly(.some(let length)):
            buffer.append(contentsOf: "content-length: ".utf8)
            Decimal.append(length, to: &buffer)
            FieldList.appendLineEnd(to: &buffer)
        case .chunked: FieldList.append("transfer-encoding", "chunked", to: &buffer)
        case .none, .headOnly(nil), .close: break
        }
    }

    private func appendConnection(_ keepsAlive: Bool, _ minorVersion: Int, to buffer: inout [UInt8]) {
        guard status >= 200 else { return }
        if !keepsAlive {
            FieldList.append("connection", "close", to: &buffer)
        } else if minorVersion == 0 {
            FieldList.append("connection", "keep-alive", to: &buffer)
        }
    }
}
