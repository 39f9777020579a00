/// The members of an object being encoded.
struct JSONKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let object: JSONPart
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) { object.append(.null, named: key.stringValue) }

    // The commonest types are written here without an encoder of their own, which would be allocated.
    func encode(_ value: Bool, forKey key: Key) { object.append(.bool(value), named: key.stringValue) }
    func encode(_ value: String, forKey key: Key) { object.append(.string(value), named: key.stringValue) }
    func encode(_ value: Int, forKey key: Key) {
        object.append(.number(value.description), named: key.stringValue)
    }

    // For these the standard library has defaults that throw, which hide the generic one.
    func encode(_ value: Int128, forKey key: Key) throws { try encoder(key).encode(value) }
    func encode(_ value: UInt128, forKey key: Key) throws { try encoder(key).encode(value) }

    func encode(_ value: some Encodable, forKey key: Key) throws { try encoder(key).encode(value) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        encoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder(key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder(JSONSuperKey.super) }

    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }

    private func encoder(_ key: any CodingKey) -> JSONPartEncoder {
        let path = JSONCodingPath(codingPath, key)
        return JSONPartEncoder(part: object.appendPart(named: key.stringValue), path: path)
    }
}
