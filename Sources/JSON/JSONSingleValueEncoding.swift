/// Scalars: the one place where a Swift value becomes a JSON one.
struct JSONSingleValueEncoding: SingleValueEncodingContainer {
    let part: JSONPart
    let path: JSONCodingPath

    var codingPath: [any CodingKey] { path.keys }

    func encodeNil() { part.become(.null) }
    func encode(_ value: Bool) { part.become(.bool(value)) }
    func encode(_ value: String) { part.become(.string(value)) }
    func encode(_ value: Double) throws { try writeFinite(value) }
    func encode(_ value: Float) throws { try writeFinite(value) }
    func encode(_ value: Int) { write(value.description) }
    func encode(_ value: Int8) { write(value.description) }
    func encode(_ value: Int16) { write(value.description) }
    func encode(_ value: Int32) { write(value.description) }
    func encode(_ value: Int64) { write(value.description) }
    func encode(_ value: Int128) { write(value.description) }
    func encode(_ value: UInt) { write(value.description) }
    func encode(_ value: UInt8) { write(value.description) }
    func encode(_ value: UInt16) { write(value.description) }
    func encode(_ value: UInt32) { write(value.description) }
    func encode(_ value: UInt64) { write(value.description) }
    func encode(_ value: UInt128) { write(value.description) }

    func encode(_ value: some Encodable) throws {
        try JSONPartEncoder(part: part, path: path).encode(value)
    }

    private func writeFinite(_ value: some BinaryFloatingPoint & CustomStringConvertible) throws {
        guard value.isFinite else { throw JSONCodingError.notFinite(path: path.text) }
        write(value.description)
    }

    private func write(_ spelling: String) { part.become(.number(spelling)) }
}
