import HTTP
import Testing

struct RequestParserTests {
    static let valid = [
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\r\n\r\nGET /v1/models?limit=1&x=%20 HTTP/1.1\r\nhost:[::1]:8080\r\nX-Empty:\r\nX-Tab: a\tb \t\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET http://a.example:81/b/c?d=e HTTP/1.1\r\nHost: A.example:81\r\n\r\n",
        "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "PURGE /%E2%82%AC HTTP/1.7\r\nHost: a\r\nX-Text: \u{FC}\u{20AC}\r\n\r\n",
        "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n{\"a\":[1,2]}",
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "1 ; a = \"b\\\"\\\\;c\" ;d;e=f\r\nx\r\n0000000000000003;g\r\nabc\r\n000;last\r\nX: y\r\nZ-1:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ]

    @Test(arguments: valid)
    func `a valid request is read`(text: String) throws {
        let reading = Reading.requests([[UInt8](text.utf8)])

        #expect(reading.fault == nil)
        #expect(reading.messages.map(\.isComplete) == [true])
        #expect(reading.consumed == text.utf8.count)
    }

    @Test(arguments: valid)
    func `a request reads the same wherever it is split`(text: String) {
        let bytes = [UInt8](text.utf8)
        let whole = Reading.requests([bytes])

        for place in 0...bytes.count {
            #expect(Reading.requests(bytes.split(at: place)) == whole, "split at \(place)")
        }
        for size in 1...7 {
            #expect(Reading.requests(bytes.pieces(of: size)) == whole, "pieces of \(size)")
        }
    }

    @Test(arguments: valid)
    func `an unfinished request is not complete`(text: String) {
        let bytes = [UInt8](text.utf8)

        for count in 0..<bytes.count {
            let reading = Reading.requests([[UInt8](bytes[..<count])])
            #expect(reading.fault == nil)
            #expect(reading.messages.allSatisfy { !$0.isComplete })
        }
    }

    @Test
    func `pipelined requests are read in order, however they arrive`() {
        let bytes = Self.valid.flatMap { [UInt8]($0.utf8) }
        let whole = Reading.requests([bytes])

        #expect(whole.fault == nil)
        #expect(whole.messages.count == Self.valid.count)
        #expect(
            whole.messages.map(\.text) == [
                "", "", "", "", "", "", "", "{\"a\":[1,2]}", "", "hello", "xabc", "",
            ]
        )
        for size in [1, 2, 3, 5, 64, 1000] {
            #expect(Reading.requests(bytes.pieces(of: size)) == whole)
        }
    }

    @Test
    func `a body is consumed as it comes`() throws {
        let bytes = [UInt8]("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello".utf8)

        let reading = Reading.requests([bytes])

        #expect(reading.consumed == bytes.count)
        #expect(reading.messages.first?.text == "hello")
        #expect(reading.messages.first?.isComplete == false)
    }

    @Test
    func `bytes behind a request are left for what follows`() {
        let request = "GET /agent HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        var parser = RequestParser(limits: HTTPLimits())
        let bytes = [UInt8](request.utf8) + [0x81, 0x80, 0, 0, 0, 0]
        var position = 0

        bytes.withUnsafeBytes { bytes in
            guard case .head(let head) = try? parser.next(bytes, position: &position) else {
                Issue.record("no head")
                return
            }
            #expect(head.isUpgrade(to: "websocket"))
            guard case .end = try? parser.next(bytes, position: &position) else {
                Issue.record("no end")
                return
            }
        }

        #expect(position == request.utf8.count)
        #expect(parser.isIdle)
    }

    @Test
    func `a parser is idle only between requests`() throws {
        var parser = RequestParser(limits: HTTPLimits())
        let bytes = [UInt8]("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        var position = 0

        #expect(parser.isIdle)
        for count in 1..<bytes.count {
            _ = try bytes[..<count].withUnsafeBytes { try parser.next($0, position: &position) }
            #expect(!parser.isIdle)
        }
        _ = try bytes.withUnsafeBytes { try parser.next($0, position: &position) }
        #expect(!parser.isIdle)
        _ = try bytes.withUnsafeBytes { try parser.next($0, position: &position) }
        #expect(parser.isIdle)
    }

    @Test(
        arguments: [
            (HTTPLimits(headBytes: 27), nil),
            (HTTPLimits(headBytes: 26), .headTooLarge),
            (HTTPLimits(headBytes: 15), .targetTooLong),
            (HTTPLimits(targetBytes: 1), nil),
            (HTTPLimits(targetBytes: 0), .targetTooLong),
            (HTTPLimits(fieldCount: 1), nil),
            (HTTPLimits(fieldCount: 0), .tooManyFields),
        ] as [(HTTPLimits, HTTPFault?)]
    )
    func `limits are exact`(limits: HTTPLimits, fault: HTTPFault?) {
        let bytes = [UInt8]("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)

        #expect(Reading.requests([bytes], limits: limits).fault == fault)
        #expect(Reading.requests(bytes.pieces(of: 1), limits: limits).fault == fault)
    }

    @Test(arguments: [(5, false), (6, false), (4, true), (nil, false)] as [(Int?, Bool)])
    func `the body limit is exact for both framings`(limit: Int?, isRefused: Bool) {
        let limits = HTTPLimits(bodyBytes: limit)
        let counted = [UInt8]("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello".utf8)
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let chunked = [UInt8]((head + "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n").utf8)

        for bytes in [counted, chunked] {
            #expect(Reading.requests([bytes], limits: limits).fault == (isRefused ? .bodyTooLarge : nil))
        }
    }

    @Test
    func `a long head that comes byte by byte is scanned once`() {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 30_000) + "\r\n\r\n"
        let bytes = [UInt8](text.utf8)
        var parser = RequestParser(limits: HTTPLimits())
        var position = 0
        var events = 0

        bytes.withUnsafeBytes { bytes in
            for count in 1...bytes.count {
                let known = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                if (try? parser.next(known, position: &position)) != nil { events += 1 }
            }
        }

        #expect(events == 1)
        #expect(position == bytes.count)
    }
}
