/// Decodes `Decodable` messages from JSON; members that a type does not know are ignored.
///
/// Made for small messages between our own processes: bodies are read through `JSONDocument`.
package struct JSONMessageDecoder: Sendable {
    /// A decoder; it has no options.
    package init() {}

    /// The message that is the whole text.
    ///
    /// - Throws: `.malformed` if the text is not JSON; otherwise the first value that does not suit the type.
    package func decode<Message: Decodable>(
        _ type: Message.Type,
        from bytes: [UInt8]
    ) throws(JSONCodingError) -> Message {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: bytes)
        } catch {
            throw .malformed(error)
        }
        return try decode(type, from: document.root)
    }

    /// The message at a place of a document already parsed.
    ///
    /// - Throws: the first value that does not suit the type; paths begin at `value`.
    package func decode<Message: Decodable>(
        _ type: Message.Type,
        from value: JSONValue
    ) throws(JSONCodingError) -> Message {
        try JSONValueDecoder(value: value, path: JSONCodingPath()).decode(type)
    }
}

/// The `Decoder` of one value.
struct JSONValueDecoder: Decoder {
    let value: JSONValue
    let path: JSONCodingPath

    var codingPath: [any CodingKey] { path.keys }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func decode<Message: Decodable>(_ type: Message.Type) throws(JSONCodingError) -> Message {
        do {
            return try Message(from: self)
        } catch {
            throw .wrapping(error, at: path)
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard value.kind == .object else { throw mismatch("an object") }
        return KeyedDecodingContainer(JSONKeyedDecoding<Key>(object: value, codingPath: path.keys))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard value.kind == .array else { throw mismatch("an array") }
        return JSONUnkeyedDecoding(array: value, codingPath: path.keys)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        JSONSingleValueDecoding(value: value, path: path)
    }

    private func mismatch(_ expected: String) -> JSONCodingError {
        .mismatch(path: path.text, expected: expected)
    }
}
