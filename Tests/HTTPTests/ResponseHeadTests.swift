import HTTP
import Testing

struct ResponseHeadTests {
    static func text(
        _ head: ResponseHead,
        _ framing: ResponseFraming,
        keepsAlive: Bool = true,
        minorVersion: Int = 1,
        lines: [UInt8] = []
    ) throws -> String {
        var buffer: [UInt8] = []
        try head.serialize(
            into: &buffer,
            framing: framing,
            keepsAlive: keepsAlive,
            minorVersion: minorVersion,
            lines: lines
        )
        return String(decoding: buffer, as: UTF8.self)
    }

    @Test
    func `a head has status line, fields, date and framing`() throws {
        let head = ResponseHead(status: 200, fields: ["content-type": "application/json", "x-a": ""])

        let date = Array("date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".utf8)

        let text = try Self.text(head, .length(1234), lines: date)

        #expect(
            text == "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-a: \r\n"
                + "date: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 1234\r\n\r\n"
        )
    }

    @Test(
        arguments: [
            (.length(0), true, 1, "content-length: 0\r\n"),
            (.chunked, true, 1, "transfer-encoding: chunked\r\n"),
            (.none, true, 1, ""), (.headOnly(length: nil), true, 1, ""),
            (.headOnly(length: 7), true, 1, "content-length: 7\r\n"),
            (.close, true, 1, "connection: close\r\n"),
            (.close, true, 0, "connection: close\r\n"), (.none, false, 1, "connection: close\r\n"),
            (.length(10), false, 0, "content-length: 10\r\nconnection: close\r\n"),
            (.length(99), true, 0, "content-length: 99\r\nconnection: keep-alive\r\n"),
        ] as [(ResponseFraming, Bool, Int, String)]
    )
    func `framing and connection become fields`(
        framing: ResponseFraming,
        keeps: Bool,
        minor: Int,
        lines: String
    ) throws {
        let text = try Self.text(ResponseHead(status: 404), framing, keepsAlive: keeps, minorVersion: minor)

        #expect(text == "HTTP/1.1 404 Not Found\r\n" + lines + "\r\n")
    }

    @Test(
        arguments: [
            (200, 5, .get, 1, .length(5)), (200, nil, .get, 1, .chunked), (200, nil, .post, 0, .close),
            (200, 5, .head, 1, .headOnly(length: 5)), (200, nil, .head, 0, .headOnly(length: nil)),
            (204, 0, .get, 1, .none), (304, 5, .get, 1, .none), (101, nil, .get, 1, .none),
            (100, nil, .head, 1, .none),
        ] as [(Int, Int?, Method, Int, ResponseFraming)]
    )
    func `framing follows from status, length and request`(
        status: Int,
        length: Int?,
        method: Method,
        minor: Int,
        framing: ResponseFraming
    ) {
        #expect(
            ResponseFraming(status: status, length: length, method: method, minorVersion: minor) == framing
        )
    }

    @Test(
        arguments: [
            ("x", "a\r\nset-cookie: b", .invalidFieldValue), ("x", "a\n", .invalidFieldValue),
            ("x", "a\r", .invalidFieldValue), ("x", "\0", .invalidFieldValue), ("", "a", .emptyFieldName),
            ("x y", "a", .invalidFieldName), ("x:", "a", .invalidFieldName),
            ("x\r\n", "a", .invalidFieldName),
            ("Content-Length", "1", .framingField), ("transfer-encoding", "chunked", .framingField),
            ("Connection", "close", .framingField), ("Host", "a", .repeatedHost),
        ] as [(String, String, HTTPFault)]
    )
    func `a field that would break the head is refused and nothing is written`(
        name: String,
        value: String,
        fault: HTTPFault
    ) {
        var head = ResponseHead(status: 200, fields: ["a": "b"])
        head.fields.append(name, value)
        var buffer: [UInt8] = [1, 2]

        #expect(throws: fault) { try head.serialize(into: &buffer, framing: .length(1), keepsAlive: true) }

        #expect(buffer == [1, 2])
        #expect(head.fields.count == 2)
        #expect(head.fields["a"] == "b")
    }

    @Test
    func `a switch of protocols has a Connection field of its own`() throws {
        let head = ResponseHead(status: 101, fields: ["connection": "Upgrade", "upgrade": "websocket"])

        let text = try Self.text(head, .none, keepsAlive: false)

        #expect(
            text == "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n"
        )
        #expect(
            String(decoding: ResponseHead.continueBytes, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n"
        )
    }

    @Test(arguments: [
        (200, "OK"), (529, "Overloaded"), (422, "Unprocessable Content"), (599, ""),
        (431, "Request Header Fields Too Large"),
    ])
    func `statuses have phrases`(code: Int, phrase: String) {
        #expect(Status.phrase(code) == phrase)
    }

    @Test(arguments: [1, 9, 10, 15, 16, 255, 4096])
    func `chunks are read back as they were written`(count: Int) throws {
        let chunk = [UInt8](repeating: 0x61, count: count)
        var bytes: [UInt8] = []
        try ResponseHead(status: 200).serialize(into: &bytes, framing: .chunked, keepsAlive: true)
        ChunkedEncoding.append(chunk: chunk, to: &bytes)
        chunk.withUnsafeBytes { ChunkedEncoding.append(chunk: $0, to: &bytes) }
        ChunkedEncoding.append(chunk: [], to: &bytes)
        bytes += ChunkedEncoding.end

        let reading = Reading.responses([bytes])

        #expect(reading.messages.map(\.body) == [chunk + chunk])
        #expect(reading.messages.map(\.isComplete) == [true])
    }

    @Test
    func `a request of ours is one that we accept`() throws {
        let ours = ClientRequestHead(method: .post, target: "/v1/a?b=c", host: "h:1", fields: ["x": "y"])
        var bytes: [UInt8] = []
        try ours.serialize(into: &bytes, contentLength: 0)

        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "POST /v1/a?b=c HTTP/1.1\r\nhost: h:1\r\nx: y\r\ncontent-length: 0\r\n\r\n"
        )
        #expect(Reading.requests([bytes]).messages.map(\.isComplete) == [true])
    }

    @Test(
        arguments: [
            (.get, "/a b", "h", .invalidTargetCharacter), (.get, "/", "h\r\n", .invalidHost),
            (.get, "/\r\n", "h", .invalidTargetCharacter), (.get, "", "h", .invalidTarget),
            (.get, "a", "h", .invalidTarget), (.other("A B"), "/", "h", .invalidMethod),
            (.other(""), "/", "h", .invalidMethod), (.get, "/", "", .invalidHost),
        ] as [(Method, String, String, HTTPFault)]
    )
    func `a request of ours with a broken method, target or host is refused`(
        method: Method,
        target: String,
        host: String,
        fault: HTTPFault
    ) {
        var bytes: [UInt8] = []

        #expect(throws: fault) {
            try ClientRequestHead(method: method, target: target, host: host).serialize(
                into: &bytes,
                contentLength: nil
            )
        }
        #expect(bytes.isEmpty)
    }
}
