/// Takes chunk framing off a body, byte by byte but for the chunks themselves.
///
///     5;name=value\r\n    size in hexadecimal, extensions (ignored)
///     hello\r\n           .body(offsets of "hello")
///     0\r\n               the last chunk
///     Name: value\r\n     trailer fields (checked, dropped)
///     \r\n                .end
///
/// - Source: RFC 9112 §7.1.
struct ChunkedDecoder {
    private enum State {
        case size
        case extensions(ChunkExtensions)
        case sizeEnd
        case data(remaining: Int)
        case dataEnd(isReturned: Bool)
        case trailers(TrailerSection)
        case end
    }

    /// More hexadecimal digits than a size needs are refused, zeros in front included.
    private static let digitLimit = 16

    private var state = State.size
    private var size: UInt64 = 0
    private var digits = 0
    /// How many bytes may still come; nil: no limit.
    private var allowance: Int?
    private let fieldLimit: Int

    init(limits: HTTPLimits) {
        allowance = limits.bodyBytes
        fieldLimit = limits.fieldCount
    }

    /// The next event from `bytes[position...]`; nil: more bytes needed.
    mutating func next(
        _ bytes: UnsafeRawBufferPointer,
        position: inout Int
    ) throws(HTTPFault) -> BodyReader.Event? {
        while true {
            if case .end = state { return .end }
            guard position < bytes.count else { return nil }
            if case .data(let remaining) = state {
                let range = BodyReader.take(remaining, of: bytes, position: &position)
                let left = remaining - range.count
                state = left > 0 ? .data(remaining: left) : .dataEnd(isReturned: false)
                return .body(range)
            }
            try accept(bytes[position])
            position += 1
        }
    }

    /// Takes one byte of the framing.
    private mutating func accept(_ byte: UInt8) throws(HTTPFault) {
        switch state {
        case .size: try acceptSize(byte)
        case .extensions(var extensions):
            let isOver = try extensions.accept(byte)
            state = isOver ? .sizeEnd : .extensions(extensions)
        case .sizeEnd:
            guard byte == Byte.lineFeed else { throw .bareCR }
            try beginChunk()
        case .dataEnd(let isReturned):
            guard byte == (isReturned ? Byte.lineFeed : Byte.carriageReturn) else { throw .missingChunkEnd }
            (size, digits) = (0, 0)
            state = isReturned ? .size : .dataEnd(isReturned: true)
        case .trailers(var trailers):
            let isOver = try trailers.accept(byte)
            state = isOver ? .end : .trailers(trailers)
        case .data, .end: break
        }
    }

    private mutating func acceptSize(_ byte: UInt8) throws(HTTPFault) {
        if let digit = Byte.hexadecimalValue(byte) {
            digits += 1
            guard digits <= Self.digitLimit else { throw .chunkSizeOverflow }
            size = size << 4 | UInt64(digit)
            return
        }
        guard digits > 0 else { throw .invalidChunkSize }
        switch byte {
        case Byte.carriageReturn: state = .sizeEnd
        case Byte.lineFeed: throw .bareLF
        case Byte.semicolon, Byte.space, Byte.tab:
            var extensions = ChunkExtensions()
            _ = try extensions.accept(byte)
            state = .extensions(extensions)
        default: throw .invalidChunkSize
        }
    }

    private mutating func beginChunk() throws(HTTPFault) {
        guard let count = Int(exactly: size) else { throw .chunkSizeOverflow }
        guard count > 0 else {
            state = .trailers(TrailerSection(limit: fieldLimit))
            return
        }
        if let allowance {
            guard count <= allowance else { throw .bodyTooLarge }
            self.allowance = allowance - count
        }
        state = .data(remaining: count)
    }
}
