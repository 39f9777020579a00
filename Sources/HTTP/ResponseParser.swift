/// Reads responses from the bytes of one connection to an upstream, one event at a time.
///
/// `next` is used like that of `RequestParser`. `begin(answering:)` comes before every response, since only the request
/// tells whether a body follows; `finish` when the upstream closes. Interim responses are heads without `.end`. After
/// 101 the bytes belong to the new protocol and `next` is not called again.
///
/// - Source: RFC 9112 §4 to §7, §6.3 (length of the body).
package struct ResponseParser: Sendable {
    /// What was read.
    package enum Event: Sendable {
        /// A complete head.
        case head(ReceivedResponse)
        /// Bytes of the body, as offsets into the bytes that were given.
        case body(Range<Int>)
        /// The response is complete.
        case end
    }

    private enum State {
        case statusLine
        case fields
        case body(BodyReader)
        case failed(HTTPFault)
    }

    private let limits: HTTPLimits
    private var state = State.statusLine
    private var lines = LineScanner()
    private var section = FieldSection()
    private var method = Method.get
    private var status = 0
    private var minorVersion = 1

    /// A parser for the responses of one connection.
    package init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Whether nothing of a response has come since the last `.end`.
    package var isIdle: Bool {
        switch state {
        case .statusLine: lines.scanned == 0
        case .fields, .body, .failed: false
        }
    }

    /// Says what request the next response answers: one to HEAD has no body.
    package mutating func begin(answering method: Method) {
        self.method = method
    }

    /// The next event from `bytes[position...]`, advancing `position` past what was consumed; nil: more bytes needed.
    ///
    /// - Throws: why the response cannot be trusted, and the same again for every later call.
    package mutating func next(
        _ bytes: UnsafeRawBufferPointer,
        position: inout Int
    ) throws(HTTPFault) -> Event? {
        do throws(HTTPFault) {
            switch state {
            case .statusLine, .fields: return try nextHead(bytes, position: &position)
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

    /// The last event when the connection closes: `.end` if that ends the body, nil between two responses.
    ///
    /// - Throws: `.incompleteResponse` if something is missing.
    package mutating func finish() throws(HTTPFault) -> Event? {
        switch state {
        case .statusLine where lines.scanned == 0: return nil
        case .body(let reader) where reader.endsWithConnection:
            state = .statusLine
            return .end
        case .failed(let fault): throw fault
        case .statusLine, .fields, .body:
            state = .failed(.incompleteResponse)
            throw .incompleteResponse
        }
    }

    private mutating func nextBody(_ event: BodyReader.Event?) -> Event? {
        switch event {
        case .body(let range): return .body(range)
        case .end:
            state = .statusLine
            return .end
        case nil: return nil
        }
    }

    private mutating func nextHead(
        _ bytes: UnsafeRawBufferPointer,
        position: inout Int
    ) throws(HTTPFault) -> Event? {
        let head = UnsafeRawBufferPointer(rebasing: bytes[position...])
        while let line = try lines.next(head, limit: limits.headBytes, over: .headTooLarge) {
            if case .statusLine = state {
                try readStatusLine(UnsafeRawBufferPointer(rebasing: head[line]))
                state = .fields
            } else if line.isEmpty {
                return try finish(head, position: &position)
            } else {
                try section.add(line, of: head, limit: limits.fieldCount)
            }
        }
        return nil
    }

    /// Reads `HTTP/1.1 200 OK`; phrase and the space before it may be missing, since nothing depends on them.
    private mutating func readStatusLine(_ line: UnsafeRawBufferPointer) throws(HTTPFault) {
        guard line.count >= 12, let version = HTTPVersion(UnsafeRawBufferPointer(rebasing: line[..<8])),
            version.major == 1, line[8] == Byte.space, line.count == 12 || line[12] == Byte.space
        else { throw .invalidStatusLine }
        status = 0
        for byte in line[9..<12] {
            guard Byte.isDigit(byte) else { throw .invalidStatusLine }
            status = status * 10 + Int(byte &- Byte.zero)
        }
        guard status >= 100 else { throw .invalidStatusLine }
        minorVersion = min(version.minor, 1)
    }

    private mutating func finish(
        _ head: UnsafeRawBufferPointer,
        position: inout Int
    ) throws(HTTPFault) -> Event {
        let framing = try framing()
        let end = lines.lineStart
        let isOpenEnded = if case .close = framing { true } else { false }
        let response = ReceivedResponse(
            status: status,
            minorVersion: minorVersion,
            fields: section.take(bytes: [UInt8](UnsafeRawBufferPointer(rebasing: head[..<end]))),
            contentLength: section.contentLength,
            isChunked: section.isChunked,
            keepsAlive: !isOpenEnded && !section.closes && (minorVersion > 0 || section.keepsAlive)
        )
        state = response.isInterim ? .statusLine : .body(BodyReader(framing, limits))
        (section, lines) = (FieldSection(), LineScanner())
        position += end
        return .head(response)
    }

    /// How the body ends, in the order of RFC 9112 §6.3.
    private func framing() throws(HTTPFault) -> BodyReader.Framing {
        if section.isTransferEncoded {
            guard minorVersion > 0 else { throw .transferEncodingInHTTP10 }
            guard section.contentLength == nil else { throw .contentLengthWithTransferEncoding }
            guard section.isChunked else { throw .unsupportedTransferEncoding }
        }
        if method == .head || status < 200 || status == 204 || status == 304 { return .length(0) }
        if section.isChunked { return .chunked }
        guard let length = section.contentLength else { return .close }
        if let limit = limits.bodyBytes, length > limit { throw .bodyTooLarge }
        return .length(length)
    }
}
