import HTTP

/// One exchange with a provider as it was: what was asked, and every byte of the answer with its time.
package struct Recording: Equatable, Sendable {
    /// How the answer ended.
    package enum End: String, Sendable {
        /// As it should.
        case complete
        /// With the connection, before it was complete.
        case cut
        /// We ended it; what would have come, nobody knows.
        case cancelled
    }

    /// What was read at one time.
    package struct Piece: Equatable, Sendable {
        /// Since the request had gone out.
        package var microseconds: Int
        /// Where it ends in the bytes of the answer.
        package var end: Int

        package init(microseconds: Int, end: Int) { (self.microseconds, self.end) = (microseconds, end) }

        /// When it is due at so many times the pace; 0: at once.
        package func delay(at speed: Double) -> Duration {
            guard speed > 0 else { return .zero }
            return .microseconds(Int(min(Double(microseconds) / speed, 1e15)))
        }
    }

    /// What was asked, and for whom.
    package var request: RecordedRequest
    /// The answer as it came from the connection: heads, framing and all.
    package var answer: [UInt8] = []
    /// When which part of it came.
    package var pieces: [Piece] = []
    /// How it ended.
    package var end = End.cut
    /// When it ended, since the request had gone out.
    package var endedAfter = 0

    /// An exchange of which nothing has come.
    package init(_ request: RecordedRequest) { self.request = request }

    /// Whether it ends with the last event of a stream: many clients leave then, and nothing is missing.
    package var isDone: Bool { answer.suffix(64).contains(Array("[DONE]".utf8)) }

    /// Its end, as a piece without bytes.
    package var ending: Piece { Piece(microseconds: endedAfter, end: answer.count) }

    /// The status and the body without its framing, as far as they can be read; 0: there is no status.
    package var content: (status: Int, body: [UInt8]) {
        var parser = ResponseParser(
            limits: HTTPLimits(headBytes: 128 << 10, bodyBytes: nil, fieldCount: 1000)
        )
        parser.begin(answering: .post)
        var (status, body, position) = (0, [UInt8](), 0)
        answer.withUnsafeBytes { bytes in
            while let event = try? parser.next(bytes, position: &position) {
                switch event {
                case .head(let head): status = head.status
                case .body(let range): body.append(contentsOf: bytes[range])
                case .end: return
                }
            }
        }
        return (status, body)
    }

    /// Whether one of those secrets stands in it: in what was asked, or in the answer with or without its framing.
    package func reveals(_ secrets: [[UInt8]]) -> Bool {
        guard !secrets.isEmpty else { return false }
        let searches = secrets.map { SecretSearch($0) }
        let texts = [Array(request.target.utf8), request.body, answer, content.body]
        let values = request.fields.map { Array($0.value.utf8) }
        return (texts + values).contains { text in
            text.withUnsafeBytes { bytes in searches.contains { $0.isFound(in: bytes) } }
        }
    }

    /// Makes what the provider wants to be remembered unreadable; everything keeps its place.
    package mutating func withholdCookies() {
        let name = Array("set-cookie:".utf8)
        var start = 0
        while let end = answer[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = answer[start..<end]
            let content = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            // An interim head is followed by another.
            if content.isEmpty, !answer[(end + 1)...].starts(with: "HTTP/".utf8) { return }
            if content.count > name.count, zip(content, name).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) {
                for index in content.indices.dropFirst(name.count) { answer[index] = UInt8(ascii: "x") }
            }
            start = end + 1
        }
    }
}

/// What was asked of a provider, without what only the provider may see.
package struct RecordedRequest: Equatable, Sendable {
    /// A field of its head.
    package struct Field: Equatable, Sendable {
        package var name: String
        package var value: String
    }

    /// The fields that are kept, if they are the client's own; everything else may be a secret.
    private static let keptFields = ["accept", "user-agent", "openai-beta"]

    /// When it was sent: `2026-11-21T22:15:30.123456Z`.
    package var at: String
    /// The provider's name.
    package var provider: String
    /// Our name for it.
    package var id: String
    package var method = "POST"
    /// Path and query.
    package var target: String
    /// Those that are harmless.
    package var fields: [Field] = []
    package var body: [UInt8]
    /// Whether it was our own idea that the stream is to end with its usage.
    package var asksForUsage: Bool

    package init(
        at: String,
        provider: String,
        id: String,
        target: String,
        body: [UInt8],
        asksForUsage: Bool,
    ) {
        self.at = at
        self.provider = provider
        self.id = id
        self.target = target
        self.body = body
        self.asksForUsage = asksForUsage
    }

    /// Keeps the harmless ones of the client's fields, but for those that the configuration replaces.
    ///
    /// `names`: in lower case. `value`: that of the client's field of such a name.
    package mutating func keepFields(but names: some Collection<String>, _ value: (String) -> String?) {
        for name in Self.keptFields where !names.contains(name) {
            if let value = value(name) { fields.append(Field(name: name, value: value)) }
        }
    }
}
