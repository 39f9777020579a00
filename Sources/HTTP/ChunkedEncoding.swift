/// Writes a body in chunks: `5\r\nhello\r\n`, then `0\r\n\r\n`.
///
/// - Source: RFC 9112 §7.1.
package enum ChunkedEncoding {
    /// The last chunk, without trailer fields.
    package static let end = [UInt8]("0\r\n\r\n".utf8)

    /// Appends one chunk; nothing for no bytes, since an empty chunk would be the last one.
    package static func append(chunk: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
        guard !chunk.isEmpty else { return }
        Decimal.appendHexadecimal(chunk.count, to: &buffer)
        FieldList.appendLineEnd(to: &buffer)
        buffer.append(contentsOf: chunk)
        FieldList.appendLineEnd(to: &buffer)
    }

    /// Appends one chunk; nothing for no bytes, since an empty chunk would be the last one.
    package static func append(chunk: [UInt8], to buffer: inout [UInt8]) {
        chunk.withUnsafeBytes { append(chunk: $0, to: &buffer) }
    }
}
