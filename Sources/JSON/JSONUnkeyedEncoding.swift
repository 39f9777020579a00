/// The elements of an array being encoded.
struct JSONUnkeyedEncoding: UnkeyedEncodingContainer {
    let array: JSONPart
    let codingPath: [any CodingKey]

    var count: Int { array.count }

    func encodeNil() { array.append(.null) }

    // The commonest types are written here without an encoder of their own, which would be allocated.
    func encode(_ value: Bool) { array.append(.bool(value)) }
    func encode(_ value: String) { array.append(.string(value)) }
    func encode(_ value: Int) { array.append(.number(value.description)) }

    // For these the standard library has defaults that throw, which hide the generic one.
    func encode(_ value: Int128) throws { try encoder().encode(value) }
    func encode(_ value: UInt128) throws { try encoder().encode(value) }

    func encode(_ value: some Encodable) throws { try encoder().encode(value) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        encoder().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }

    func superEncoder() -> any Encoder { encoder() }

    private func encoder() -> JSONPartEncoder {
        let path = JSONCodingPath(codingPath, JSONIndexKey(count))
        return JSONPartEncoder(part: array.appendPart(), path: path)
    }
}
