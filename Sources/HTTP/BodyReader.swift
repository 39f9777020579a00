/// Reads the body of one message, request or response, by the framing that its head announced.
///
/// - Source: RFC 9112 §6.3.
struct BodyReader {
    enum Framing {
        /// That many bytes.
        case length(Int)
        /// Chunks and trailer fields (RFC 9112 §7.1).
        case chunked
        /// All until the connection closes; responses only.
        case close
    }

    enum Event {
        case body(Range<Int>)
        case end
    }

    private enum State {
        case counted(remaining: Int)
        case chunked(ChunkedDecoder)
        case unbounded
    }

    private var state: State
    /// How many bytes may still come; nil: no limit.
    private var allowance: Int?

    init(_ framing: Framing, _ limits: HTTPLimits) {
        allowance = limits.bodyBytes
        state =
            switch framing {
            case .length(let length): .counted(remaining: length)
            case .chunked: .chunked(ChunkedDecoder(limits: limits))
            case .close: .unbounded
            }
    }

    /// Whether the end of the connection is the end of the body.
    var endsWithConnection: Bool {
        switch state {
        case .unbounded: true
        case .counted, .chunked: false
        }
    }

    /// The next event from `bytes[position...]`; nil: more bytes needed.
    mutating func next(
        _ bytes: UnsafeRawBufferPointer,
        position: inout Int
    ) throws(HTTPFault) -> Event? {
        switch state {
        case .counted(let remaining):
            guard remaining > 0 else { return .end }
            let range = Self.take(remaining, of: bytes, position: &position)
            state = .counted(remaining: remaining - range.count)
            return range.isEmpty ? nil : .body(range)
        case .chunked(var decoder):
            defer { state = .chunked(decoder) }
            return try decoder.next(bytes, position: &position)
        case .unbounded:
            let range = Self.take(bytes.count, of: bytes, position: &position)
            if let allowance {
                guard range.count <= allowance else { throw .bodyTooLarge }
                self.allowance = allowance - range.count
            }
            return range.isEmpty ? nil : .body(range)
        }
    }

    /// At most `count` bytes at `position`, which moves behind them.
    static func take(_ count: Int, of bytes: UnsafeRawBufferPointer, position: inout Int) -> Range<Int> {
        let start = position
        position = start + min(count, bytes.count - start)
        return start..<position
    }
}
