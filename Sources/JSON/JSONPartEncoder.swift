/// The `Encoder` of one value.
struct JSONPartEncoder: Encoder {
    let part: JSONPart
    let path: JSONCodingPath

    var codingPath: [any CodingKey] { path.keys }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func encode(_ value: some Encodable) throws(JSONCodingError) {
        do {
            try value.encode(to: self)
        } catch {
            throw .wrapping(error, at: path)
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        part.becomeObject()
        return KeyedEncodingContainer(JSONKeyedEncoding<Key>(object: part, codingPath: path.keys))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        part.becomeArray()
        return JSONUnkeyedEncoding(array: part, codingPath: path.keys)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        JSONSingleValueEncoding(part: part, path: path)
    }
}
