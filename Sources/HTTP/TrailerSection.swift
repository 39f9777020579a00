/// Checks the trailer fields behind the last chunk and drops them.
///
/// Nothing here needs a trailer, and a dropped one cannot contradict the head (RFC 9110 §6.5.1).
///
/// - Source: RFC 9112 §7.1.2; the lines are those of a head.
struct TrailerSection {
    private enum State {
        case lineStart
        case name
        case value
        case lineEnd
        case end
    }

    /// The most bytes of all trailer fields.
    static let limitBytes = 8 << 10

    private let limit: Int
    private var state = State.lineStart
    private var count = 0
    private var fields = 0

    /// A section of at most `limit` fields.
    init(limit: Int) {
        self.limit = limit
    }

    /// Takes one byte; true: it was the LF that ends the message.
    mutating func accept(_ byte: UInt8) throws(HTTPFault) -> Bool {
        count += 1
        guard count <= Self.limitBytes else { throw .trailersTooLarge }
        switch state {
        case .lineStart: state = try firstOfLine(byte)
        case .name: state = try inName(byte)
        case .value: state = try inValue(byte)
        case .lineEnd:
            guard byte == Byte.lineFeed else { throw .bareCR }
            state = .lineStart
        case .end:
            guard byte == Byte.lineFeed else { throw .bareCR }
            return true
        }
        return false
    }

    private mutating func firstOfLine(_ byte: UInt8) throws(HTTPFault) -> State {
        if ByteSet.token.contains(byte) {
            fields += 1
            guard fields <= limit else { throw .trailersTooLarge }
            return .name
        }
        switch byte {
        case Byte.carriageReturn: return .end
        case Byte.lineFeed: throw .bareLF
        case Byte.space, Byte.tab: throw .foldedField
        case Byte.colon: throw .emptyFieldName
        default: throw .invalidFieldName
        }
    }

    private func inName(_ byte: UInt8) throws(HTTPFault) -> State {
        if ByteSet.token.contains(byte) { return .name }
        switch byte {
        case Byte.colon: return .value
        case Byte.carriageReturn: throw .missingColon
        case Byte.lineFeed: throw .bareLF
        case Byte.space, Byte.tab: throw .whitespaceBeforeColon
        default: throw .invalidFieldName
        }
    }

    private func inValue(_ byte: UInt8) throws(HTTPFault) -> State {
        guard Byte.isControl(byte) else { return .value }
        switch byte {
        case Byte.carriageReturn: return .lineEnd
        case Byte.lineFeed: throw .bareLF
        default: throw .controlCharacter
        }
    }
}
