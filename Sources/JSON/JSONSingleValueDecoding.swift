/// Scalars: the one place where a JSON value becomes a Swift one.
struct JSONSingleValueDecoding: SingleValueDecodingContainer {
    let value: JSONValue
    let path: JSONCodingPath

    var codingPath: [any CodingKey] { path.keys }

    func decodeNil() -> Bool { value.isNull }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard let bool = value.bool else { throw mismatch("true or false") }
        return bool
    }

    func decode(_ type: String.Type) throws -> String {
        guard let string = value.string else { throw mismatch("a string") }
        return string
    }

    func decode(_ type: Double.Type) throws -> Double {
        guard value.kind == .number else { throw mismatch("a number") }
        guard let double = value.double else { throw outOfRange("Double") }
        return double
    }

    func decode(_ type: Float.Type) throws -> Float {
        guard value.kind == .number else { throw mismatch("a number") }
        guard let float = Float(String(decoding: value.raw, as: UTF8.self)), float.isFinite else {
            throw outOfRange("Float")
        }
        return float
    }

    func decode(_ type: Int.Type) throws -> Int { try integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
    func decode(_ type: Int128.Type) throws -> Int128 { try integer() }
    func decode(_ type: UInt.Type) throws -> UInt { try integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try integer() }

    func decode<Part: Decodable>(_ type: Part.Type) throws -> Part {
        try JSONValueDecoder(value: value, path: path).decode(type)
    }

    private func integer<Integer: FixedWidthInteger>() throws -> Integer {
        guard value.kind == .number else { throw mismatch("a number") }
        guard let integer = value.integer(Integer.self) else { throw outOfRange("\(Integer.self)") }
        return integer
    }

    private func mismatch(_ expected: String) -> JSONCodingError {
        .mismatch(path: path.text, expected: expected)
    }

    private func outOfRange(_ type: String) -> JSONCodingError {
        .outOfRange(path: path.text, type: type)
    }
}
