import HTTP

let seeds: [[UInt8]] =
    [
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\r\nGET /v1/models?limit=1&x=%20 HTTP/1.1\r\nhost:[::1]:8080\r\nX-Empty:\r\nX-Tab: a\tb \t\r\n\r\n",
        "GET http://a.example:81/b?d=e HTTP/1.1\r\nHost: A.example:81\r\nConnection: close, upgrade\r\n\r\n",
        "OPTIONS * HTTP/1.0\r\nConnection: keep-alive\r\n\r\nPUT /%E2%82%AC HTTP/1.7\r\nHost: a\r\n\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nContent-Type: a/b; charset=utf-8\r\n\r\n"
            + "1 ; a = \"b\\\"\\\\;c\" ;d;e=f\r\nx\r\n0000000000000003;g\r\nabc\r\n000;last\r\nX: y\r\nZ:\r\n\r\n",
        "POST /v1 HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream;q=0.0, application/*, */*;q=0\r\n"
            + "Content-Type: application/json; charset=\"utf-8\"\r\nContent-Length: 0\r\n\r\n",
        "GET /agent HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 204 \r\n\r\n",
        "HTTP/1.0 200\r\nContent-Type: text/plain\r\n\r\nuntil the end",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\u{81}",
    ]
    .map { Array($0.utf8) }

/// Requests and responses: whole, in two and in many pieces they must read the same.
@c
public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(data, count)
    let isTight = input.hash & 1 == 0
    let limits =
        isTight
        ? HTTPLimits(headBytes: 96, bodyBytes: 12, targetBytes: 24, fieldCount: 4) : HTTPLimits()
    let requests = input.divisions.map { HTTPReading(requests: input, $0, limits) }
    let responses = input.divisions.map { HTTPReading(responses: input, $0, limits) }
    for readings in [requests, responses] {
        for reading in readings.dropFirst() {
            expect(reading == readings[0], "in pieces: \(reading)\nwhole: \(readings[0])")
        }
    }
    return 0
}

/// What a parser made of one connection, in a form that can be compared.
private struct HTTPReading: Equatable {
    /// Heads and bodies as they came, with a mark behind each head and each message.
    var transcript: [String] = []
    var body: [UInt8] = []
    var fault: HTTPFault?
    /// How many bytes were consumed.
    var consumed = 0

    /// Before a fault some of a body may have been handed over, in pieces more than in one.
    static func == (one: HTTPReading, other: HTTPReading) -> Bool {
        one.transcript == other.transcript && one.fault == other.fault
            && (one.fault != nil || one.body == other.body && one.consumed == other.consumed)
    }

    init(requests input: FuzzInput, _ ends: [Int], _ limits: HTTPLimits) {
        var parser = RequestParser(limits: limits)
        consumed = input.feed(ends) { bytes in
            let (position, fault) = Self.read { position throws(HTTPFault) in
                switch try parser.next(bytes, position: &position) {
                case .head(let head): note(head)
                case .body(let range): append(bytes, range)
                case .end: end()
                case nil: return false
                }
                return true
            }
            self.fault = fault
            return (position, fault == nil)
        }
        transcript.append("idle \(parser.isIdle)")
        expectFaultToStay { position throws(HTTPFault) in
            _ = try parser.next(UnsafeRawBufferPointer(start: nil, count: 0), position: &position)
        }
    }

    init(responses input: FuzzInput, _ ends: [Int], _ limits: HTTPLimits) {
        var parser = ResponseParser(limits: limits)
        let method = input.hash & 6 == 0 ? Method.head : .get
        parser.begin(answering: method)
        var isSwitched = false
        consumed = input.feed(ends) { bytes in
            let (position, fault) = Self.read { position throws(HTTPFault) in
                guard !isSwitched else { return false }
                switch try parser.next(bytes, position: &position) {
                case .head(let head):
                    note(head)
                    isSwitched = head.status == 101
                case .body(let range): append(bytes, range)
                case .end: end()
                case nil: return false
                }
                return true
            }
            self.fault = fault
            return (position, fault == nil)
        }
        transcript.append("idle \(parser.isIdle)")
        guard fault == nil, !isSwitched else { return }
        do throws(HTTPFault) {
            if case .end = try parser.finish() { end() }
        } catch {
            fault = error
        }
    }

    /// Reads until `next` wants more bytes or throws, after which nothing goes on.
    private static func read(_ next: (inout Int) throws(HTTPFault) -> Bool) -> (Int, HTTPFault?) {
        var position = 0
        do throws(HTTPFault) {
            while try next(&position) {}
            return (position, nil)
        } catch {
            return (position, error)
        }
    }

    private func expectFaultToStay(_ next: (inout Int) throws(HTTPFault) -> Void) {
        guard let fault else { return }
        var position = 0
        do throws(HTTPFault) {
            try next(&position)
            fatalError("a parser went on after \(fault)")
        } catch {
            expect(error == fault, "\(fault) became \(error)")
        }
    }

    private mutating func note(_ head: RequestHead) {
        expect(!head.isChunked || head.contentLength == nil, "two lengths")
        expect(head.minorVersion == 0 || head.fields.contains("host"), "no Host")
        expect(head.minorVersion == 0 || head.host != nil, "no host")
        expect(!head.rawPath.isEmpty, "no path")
        note(head.fields)
        transcript.append("\(head.method.name) \(head.target) \(head.minorVersion) \(head.path)")
        transcript.append("\(head.query ?? "-") \(head.queryValue("x") ?? "-") \(head.hostName ?? "-")")
        transcript.append("\(head.isUpgrade(to: "websocket")) \(head.keepsAlive) \(head.expectsContinue)")
        let accept = head.fields.values(of: "accept").joined(separator: ",")
        transcript.append(
            "\(MediaType.isAccepted("application/json", by: accept)) \(head.contentType?.isJSON ?? false)"
        )
        transcript.append("\(head.hasBody) \(head.contentLength ?? -1) \(head.contentType?.name ?? "-")")
    }

    private mutating func note(_ head: ReceivedResponse) {
        expect((100...999).contains(head.status), "status \(head.status)")
        note(head.fields)
        transcript.append("\(head.status) \(head.minorVersion) \(head.isChunked) \(head.keepsAlive)")
        transcript.append("\(head.contentLength ?? -1) \(head.contentType?.charset ?? "-") \(head.isInterim)")
    }

    /// No value can smuggle a line into what is written from it.
    private mutating func note(_ fields: Fields) {
        fields.forEachRaw { name, value in
            expect(!name.isEmpty && name.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }, "name")
            expect(value.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F }, "value")
        }
        transcript.append("\(fields.count) fields")
        fields.forEach { transcript.append("\($0): \($1)") }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        expect(!range.isEmpty, "an empty piece of a body")
        body += bytes[range]
    }

    private mutating func end() {
        transcript.append("end \(body.count)")
    }
}
