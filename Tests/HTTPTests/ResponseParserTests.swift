import HTTP
import Testing

struct ResponseParserTests {
    struct Row: Sendable {
        let text: String
        let start: String
        let body: String
        var method = Method.get
        /// Whether only the end of the connection ends the body.
        var isOpenEnded = false
    }

    static let valid = [
        Row(text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", start: "200 1", body: "hello"),
        Row(text: "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", start: "200 1", body: ""),
        Row(text: "HTTP/1.0 404\r\nContent-Length: 1\r\n\r\nx", start: "404 0", body: "x"),
        Row(text: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", start: "204 1", body: ""),
        Row(
            text: "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
            start: "304 1",
            body: ""
        ),
        Row(text: "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", start: "200 1", body: "", method: .head),
        Row(text: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", start: "101 1", body: ""),
        Row(
            text:
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata: \r\n3;x=y\r\n{}\n\r\n0\r\nX: y\r\n\r\n",
            start: "200 1",
            body: "data: {}\n"
        ),
        Row(
            text: "HTTP/1.1 200 OK\r\nX: y\r\n\r\nall of it",
            start: "200 1",
            body: "all of it",
            isOpenEnded: true
        ),
        Row(text: "HTTP/1.0 200 \u{FC}nicode\r\n\r\n", start: "200 0", body: "", isOpenEnded: true),
    ]

    @Test(arguments: valid)
    func `a response is read, wherever it is split`(row: Row) {
        let bytes = [UInt8](row.text.utf8)
        let whole = Reading.responses([bytes], to: row.method, closes: row.isOpenEnded)

        #expect(whole.fault == nil)
        #expect(whole.messages.map(\.start) == [row.start])
        #expect(whole.messages.map(\.text) == [row.body])
        #expect(whole.messages.map(\.isComplete) == [true])
        for place in 0...bytes.count {
            #expect(
                Reading.responses(bytes.split(at: place), to: row.method, closes: row.isOpenEnded) == whole
            )
        }
        #expect(Reading.responses(bytes.pieces(of: 1), to: row.method, closes: row.isOpenEnded) == whole)
    }

    @Test(
        arguments: [
            ("HTTP/2 200 OK\r\n\r\n", .invalidStatusLine), ("HTTP/2.0 200 OK\r\n\r\n", .invalidStatusLine),
            ("HTTP/1.1 20 OK\r\n\r\n", .invalidStatusLine), ("HTTP/1.1 2000 OK\r\n\r\n", .invalidStatusLine),
            ("HTTP/1.1  200 OK\r\n\r\n", .invalidStatusLine), ("HTTP/1.1 099 OK\r\n\r\n", .invalidStatusLine),
            ("ICY 200 OK\r\n\r\n", .invalidStatusLine), ("\r\n\r\n", .invalidStatusLine),
            ("<html>\r\n", .invalidStatusLine), ("HTTP/1.1 200 OK\n\n", .bareLF),
            ("HTTP/1.1 200 O\0K\r\n\r\n", .controlCharacter), ("HTTP/1.1 200 OK\r\nX\r\n\r\n", .missingColon),
            ("HTTP/1.1 200 OK\r\n X: y\r\n\r\n", .foldedField),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .repeatedContentLength),
            ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", .invalidContentLength),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                .contentLengthWithTransferEncoding
            ),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", .unsupportedTransferEncoding),
            ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncodingInHTTP10),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx", .invalidChunkSize),
            ("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", .bodyTooLarge),
            ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "a", count: 101), .bodyTooLarge),
            ("HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 2000), .headTooLarge),
        ] as [(String, HTTPFault)]
    )
    func `a malformed response is refused`(text: String, fault: HTTPFault) {
        let bytes = [UInt8](text.utf8)
        let limits = HTTPLimits(headBytes: 1000, bodyBytes: 100)

        #expect(Reading.responses([bytes], limits: limits).fault == fault)
        #expect(Reading.responses(bytes.pieces(of: 1), limits: limits).fault == fault)
    }

    @Test(arguments: valid.filter { !$0.isOpenEnded })
    func `a response that is cut off is incomplete`(row: Row) {
        let bytes = [UInt8](row.text.utf8)

        for count in 1..<bytes.count {
            let reading = Reading.responses([[UInt8](bytes[..<count])], to: row.method, closes: true)
            #expect(reading.fault == .incompleteResponse)
        }
    }

    @Test
    func `a connection that closes between responses is no fault`() {
        let bytes = [UInt8]("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)

        #expect(Reading.responses([], closes: true).fault == nil)
        #expect(Reading.responses([bytes], closes: true).fault == nil)
    }

    @Test
    func `interim responses come before the final one`() {
        let text =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!"

        let reading = Reading.responses([[UInt8](text.utf8)])

        #expect(reading.messages.map(\.start) == ["100 1", "103 1", "200 1"])
        #expect(reading.messages.map(\.isComplete) == [false, false, true])
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true), ("HTTP/1.1 200 OK\r\n\r\n", false),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", false),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", true),
    ])
    func `a connection is kept alive only behind a delimited body`(text: String, keeps: Bool) throws {
        var parser = ResponseParser(limits: HTTPLimits())
        var position = 0
        let bytes = [UInt8](text.utf8)

        let event = try bytes.withUnsafeBytes { try parser.next($0, position: &position) }
        guard case .head(let head) = event else {
            Issue.record("no head")
            return
        }

        #expect(head.keepsAlive == keeps)
    }
}
