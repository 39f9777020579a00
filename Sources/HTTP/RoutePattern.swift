/// A path pattern cut into pieces.
///
///     "/v1/models/{id}/files/{name...}"  literal "/v1/models/", segment "id", literal "/files/", rest "name"
struct RoutePattern: Sendable {
    enum Piece: Sendable {
        case literal([UInt8])
        /// One segment, not empty.
        case segment(name: String)
        /// All that is left, not empty.
        case rest(name: String)
    }

    private(set) var pieces: [Piece] = []
    /// One number per segment: 0 literal, 1 parameter, 2 rest; the lower in order is the more specific.
    private(set) var ranks: [UInt8] = []
    /// The pattern without the names: equal for patterns that match the same paths.
    private(set) var shape = ""

    /// Whether the pattern is the only path it matches.
    var isLiteral: Bool { ranks.allSatisfy { $0 == 0 } }

    init(_ pattern: String) throws(RouteFault) {
        guard pattern.utf8.first == Byte.slash else { throw .malformedPattern(pattern) }
        var literal: [UInt8] = []
        var names: [String] = []
        let path = pattern.utf8.dropFirst()
        for segment in path.split(separator: Byte.slash, omittingEmptySubsequences: false) {
            guard ranks.last != 2 else { throw .malformedPattern(pattern) }
            literal.append(Byte.slash)
            shape += "/"
            guard segment.first == UInt8(ascii: "{") else {
                for byte in segment where !ByteSet.path.contains(byte) { throw .malformedPattern(pattern) }
                literal.append(contentsOf: segment)
                shape += String(Substring(segment))
                ranks.append(0)
                continue
            }
            guard let (name, isRest) = Self.parameter(segment), !names.contains(name) else {
                throw .malformedPattern(pattern)
            }
            names.append(name)
            pieces += [.literal(literal), isRest ? .rest(name: name) : .segment(name: name)]
            literal = []
            shape += isRest ? "{...}" : "{}"
            ranks.append(isRest ? 2 : 1)
        }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
    }

    /// Whether `path` matches; what the parameters stand for is added to `parameters` if it does.
    func matches(_ path: ArraySlice<UInt8>, _ parameters: inout RouteParameters) -> Bool {
        var rest = path
        var found = RouteParameters()
        for piece in pieces {
            switch piece {
            case .literal(let literal):
                guard rest.starts(with: literal) else { return false }
                rest = rest.dropFirst(literal.count)
            case .segment(let name):
                let segment = rest.prefix { $0 != Byte.slash }
                guard !segment.isEmpty else { return false }
                found.append(name, PercentEncoding.decoded(segment))
                rest = rest.dropFirst(segment.count)
            case .rest(let name):
                guard !rest.isEmpty else { return false }
                found.append(name, PercentEncoding.decoded(rest))
                rest = []
            }
        }
        guard rest.isEmpty else { return false }
        parameters = found
        return true
    }

    /// The name in `{name}` or `{name...}`; nil: it is none.
    private static func parameter(_ segment: Substring.UTF8View) -> (name: String, isRest: Bool)? {
        guard segment.last == UInt8(ascii: "}") else { return nil }
        var name = Substring(segment).dropFirst().dropLast()
        let isRest = name.hasSuffix("...")
        if isRest { name = name.dropLast(3) }
        let isPlain = name.utf8.allSatisfy { ByteSet.registeredName.contains($0) && $0 != Byte.dot }
        return isPlain && !name.isEmpty ? (String(name), isRest) : nil
    }
}
