/// Encodes `Encodable` messages as JSON, members in the order of encoding.
package struct JSONMessageEncoder: Sendable {
    /// An encoder; it has no options.
    package init() {}

    /// The message as JSON text without white space.
    ///
    /// - Throws: `.notFinite` for NaN and the infinities, `.refused` for what the message itself throws.
    package func encode(_ message: some Encodable) throws(JSONCodingError) -> [UInt8] {
        let encoder = JSONPartEncoder(part: JSONPart(), path: JSONCodingPath())
        try encoder.encode(message)
        var writer = JSONWriter()
        encoder.part.write(to: &writer)
        return writer.bytes
    }
}
