/// Takes one complete request line apart: `GET /v1/models HTTP/1.1`.
///
/// - Source: RFC 9112 §3: method SP request-target SP HTTP-version.
struct RequestLineParser {
    let head: UnsafeRawBufferPointer
    let targetLimit: Int
    private(set) var method = Method.get
    private(set) var minorVersion = 1
    private(set) var target = Target()

    init(head: UnsafeRawBufferPointer, targetLimit: Int) {
        self.head = head
        self.targetLimit = targetLimit
    }

    /// Refuses what cannot become a request after its first byte, so that a wrong protocol is told at once.
    @inline(__always)
    static func check(first byte: UInt8) throws(HTTPFault) {
        if ByteSet.token.contains(byte) || byte == Byte.carriageReturn { return }
        switch byte {
        case 0x16: throw .tlsOnPlainPort
        case Byte.lineFeed: throw .bareLF
        case Byte.tab: throw .invalidMethod
        default: throw Byte.isControl(byte) ? .controlCharacter : .invalidMethod
        }
    }

    /// Reads the line, which is not empty.
    @inline(__always)
    mutating func parse(_ line: Range<Int>) throws(HTTPFault) {
        var methodEnd = line.lowerBound
        while methodEnd < line.upperBound, ByteSet.token.contains(head[methodEnd]) { methodEnd += 1 }
        guard methodEnd > line.lowerBound else { throw .invalidMethod }
        guard methodEnd < line.upperBound else { throw .simpleRequest }
        guard head[methodEnd] == Byte.space else { throw .invalidMethod }
        var targetEnd = line.upperBound - 1
        while head[targetEnd] != Byte.space { targetEnd -= 1 }
        guard targetEnd > methodEnd else { throw .simpleRequest }
        method = readMethod(line.lowerBound..<methodEnd)
        try readVersion(targetEnd + 1..<line.upperBound)
        let range = methodEnd + 1..<targetEnd
        guard method != .other("CONNECT") else { throw .connectUnsupported }
        guard range.count <= targetLimit else { throw .targetTooLong }
        guard !range.isEmpty else { throw .invalidTarget }
        var parser = TargetParser(head: head)
        target = try parser.parse(range, method: method)
    }

    private func readMethod(_ range: Range<Int>) -> Method {
        let name = UnsafeRawBufferPointer(rebasing: head[range])
        // Nearly all requests are one of these two.
        if FieldText.isSame(name, "POST") { return .post }
        if FieldText.isSame(name, "GET") { return .get }
        return Method(String(decoding: name, as: UTF8.self))
    }

    /// Reads `HTTP/1.1`: eight bytes, upper case, one digit on each side of the dot.
    private mutating func readVersion(_ range: Range<Int>) throws(HTTPFault) {
        guard let version = HTTPVersion(UnsafeRawBufferPointer(rebasing: head[range])) else {
            throw .malformedVersion
        }
        guard version.major == 1 else {
            throw version.major == 2 && method == .other("PRI") ? .http2PriorKnowledge : .unsupportedVersion
        }
        minorVersion = min(version.minor, 1)
    }
}
