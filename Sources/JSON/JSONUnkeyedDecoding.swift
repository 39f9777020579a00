/// The elements of an array, one after the other.
struct JSONUnkeyedDecoding: UnkeyedDecodingContainer {
    private let elements: JSONElements
    let codingPath: [any CodingKey]
    private var place: JSONElements.Index
    private(set) var currentIndex = 0

    init(array: JSONValue, codingPath: [any CodingKey]) {
        elements = array.elements
        place = elements.startIndex
        self.codingPath = codingPath
    }

    var count: Int? { elements.count }
    var isAtEnd: Bool { place == elements.endIndex }

    mutating func decodeNil() throws -> Bool {
        guard try decoder().value.isNull else { return false }
        advance()
        return true
    }

    mutating func decode<Part: Decodable>(_ type: Part.Type) throws -> Part { try element(type) }

    // For these the standard library has defaults that throw, which hide the generic one.
    mutating func decode(_ type: Int128.Type) throws -> Int128 { try element(type) }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try element(type) }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let container = try decoder().container(keyedBy: type)
        advance()
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try decoder().unkeyedContainer()
        advance()
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let decoder = try decoder()
        advance()
        return decoder
    }

    private mutating func element<Part: Decodable>(_ type: Part.Type) throws(JSONCodingError) -> Part {
        let part = try decoder().decode(type)
        advance()
        return part
    }

    private func decoder() throws(JSONCodingError) -> JSONValueDecoder {
        let path = JSONCodingPath(codingPath, JSONIndexKey(currentIndex))
        guard !isAtEnd else { throw .missing(path: path.text) }
        return JSONValueDecoder(value: elements[place], path: path)
    }

    private mutating func advance() {
        place = elements.index(after: place)
        currentIndex += 1
    }
}
