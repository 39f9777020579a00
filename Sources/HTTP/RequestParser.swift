/// Reads requests from the bytes of one connection, one event at a time, and refuses whatever is ambiguous.
///
/// `next` is called until it returns nil, then again when more bytes are there. What was not consumed must be
/// presented again, at any address: a head is consumed only when it is whole, a body as it comes.
///
///     POST /v1/chat/completions HTTP/1.1\r\n      .head
///     Host: localhost:8080\r\n
///     Content-Length: 2\r\n
///     \r\n
///     {}                                          .body(offsets of these two bytes), then .end
///
/// - Source: RFC 9112 §2 to §7, §9.3; RFC 9110 §5 to §10.
package struct RequestParser: Sendable {
    /// What was read.
    package enum Event: Sendable {
        /// A complete, accepted head.
        case head(RequestHead)
        /// Bytes of the body, as offsets into the bytes that were given.
        case body(Range<Int>)
        /// The request is complete; the next one may follow.
        case end
    }

    private enum State {
        case requestLine
        case fields
        case body(BodyReader)
        case failed(HTTPFault)
    }

    /// The most empty lines that are skipped before a request line (RFC 9112 §2.2).
    private static let emptyLineLimit = 4

    /// The limits; a change counts from the next line on.
    package var limits: HTTPLimits
    private var state = State.requestLine
    private var lines = LineScanner()
    private var section = FieldSection()
    private var emptyLines = 0
    private var method = Method.get
    private var minorVersion = 1
    private var target = Target()

    /// A parser for the requests of one connection.
    package init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Whether nothing of a request has come since the last `.end`.
    package var isIdle: Bool {
        switch state {
        case .requestLine: lines.scanned == 0
        case .fields, .body, .failed: false
        }
    }

    /// The next event from `bytes[position...]`, advancing `position` past what was consumed; nil: more bytes needed.
    ///
    /// - Throws: why the request is refused, and the same again for every later call: nothing that follows can be
    ///   trusted, so the connection must be closed.
    package mutating func next(
        _ bytes: UnsafeRawBufferPointer,
        position: inout Int
    ) throws(HTTPFault) -> Event? {
        do throws(HTTPFault) {
            switch state {
            case .requestLine, .fields: return try nextHead(bytes, position: &position)
            case .body(var reader):
                let event = try reader.next(bytes, position: &position)
                state = .body(reader)
                return nextBody(event)
            case .failed(let fault): throw fault
            }
        } catch {
            state = .failed(error)
            throw error
        }
    }

    private mutating func nextBody(_ event: BodyReader.Event?) -> Event? {
        switch event {
        case .body(let range): return .body(range)
        case .end:
            state = .requestLine
            return .end
        case nil: return nil
        }
    }

    private mutating func nextHead(
        _ bytes: UnsafeRawBufferPointer,
        position: inout Int
    ) throws(HTTPFault) -> Event? {
        if case .requestLine = state {
            guard try readRequestLine(bytes, position: &position) else { return nil }
            state = .fields
        }
        let head = UnsafeRawBufferPointer(rebasing: bytes[position...])
        while let line = try lines.next(head, limit: limits.headBytes, over: .headTooLarge) {
            if line.isEmpty {
                let event = try finish(head, position: &position)
                return event
            }
            try section.add(line, of: head, limit: limits.fieldCount)
        }
        return nil
    }

    /// Whether the request line is complete; empty lines before it are consumed.
    private mutating func readRequestLine(
        _ bytes: UnsafeRawBufferPointer,
        position: inout Int
    ) throws(HTTPFault) -> Bool {
        while position < bytes.count {
            let head = UnsafeRawBufferPointer(rebasing: bytes[position...])
            if lines.scanned == 0 { try RequestLineParser.check(first: head[0]) }
            guard let line = try lines.next(head, limit: limits.headBytes, over: .targetTooLong) else {
                return false
            }
            guard line.isEmpty else {
                var parser = RequestLineParser(head: head, targetLimit: limits.targetBytes)
                try parser.parse(line)
                (method, minorVersion, target) = (parser.method, parser.minorVersion, parser.target)
                return true
            }
            emptyLines += 1
            guard emptyLines <= Self.emptyLineLimit else { throw .tooManyEmptyLines }
            position += 2
            lines = LineScanner()
        }
        return false
    }

    private mutating func finish(
        _ head: UnsafeRawBufferPointer,
        position: inout Int
    ) throws(HTTPFault) -> Event {
        try checkFraming()
        try checkHost(head)
        guard section.expectation != false else { throw .unsupportedExpectation }
        let end = lines.lineStart
        let hasBody = section.isChunked || (section.contentLength ?? 0) > 0
        let result = RequestHead(
            method: method,
            minorVersion: minorVersion,
            fields: section.take(bytes: [UInt8](UnsafeRawBufferPointer(rebasing: head[..<end]))),
            contentLength: section.contentLength,
            isChunked: section.isChunked,
            keepsAlive: !section.closes && (minorVersion > 0 || section.keepsAlive),
            expectsContinue: section.expectation != nil && minorVersion > 0 && hasBody,
            hasUpgrade: section.upgrades,
            parts: target
        )
        state = .body(BodyReader(section.isChunked ? .chunked : .length(section.contentLength ?? 0), limits))
        (section, lines, emptyLines) = (FieldSection(), LineScanner(), 0)
        position += end
        return .head(result)
    }

    /// Refuses every message whose length two readers could see differently (RFC 9112 §6.3, §11.2).
    private func checkFraming() throws(HTTPFault) {
        if section.isTransferEncoded {
            guard minorVersion > 0 else { throw .transferEncodingInHTTP10 }
            guard section.contentLength == nil else { throw .contentLengthWithTransferEncoding }
            guard section.isChunked else { throw .unsupportedTransferEncoding }
        }
        if let length = section.contentLength, let limit = limits.bodyBytes, length > limit {
            throw .bodyTooLarge
        }
    }

    /// Refuses a missing, repeated or malformed host, and one that is not that of the target (RFC 9112 §3.2).
    private func checkHost(_ head: UnsafeRawBufferPointer) throws(HTTPFault) {
        guard section.hostCount > 0 || minorVersion == 0 else { throw .missingHost }
        guard section.hostCount < 2 else { throw .repeatedHost }
        guard section.hostCount == 1 else { return }
        let host = UnsafeRawBufferPointer(rebasing: head[section.host])
        guard HostSyntax.isValid(host) else { throw .invalidHost }
        guard let authority = target.authority?.range else { return }
        let named = UnsafeRawBufferPointer(rebasing: head[authority])
        guard FieldText.isEqual(named, host) else { throw .hostMismatch }
    }
}
