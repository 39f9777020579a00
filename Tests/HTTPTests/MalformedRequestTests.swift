import HTTP
import Testing

struct MalformedRequestTests {
    @Test(arguments: MalformedRequest.all)
    func `a malformed request is refused with its status`(row: MalformedRequest) {
        let reading = Reading.requests([row.bytes])

        #expect(reading.fault == row.fault)
        #expect(reading.fault?.status == row.status)
        #expect(reading.messages.allSatisfy { !$0.isComplete })
    }

    @Test(arguments: MalformedRequest.all)
    func `a malformed request is refused for the same reason when it comes byte by byte`(
        row: MalformedRequest
    ) {
        #expect(Reading.requests(row.bytes.pieces(of: 1)).fault == row.fault)
    }

    @Test(arguments: MalformedRequest.all)
    func `a malformed request is refused behind a good one`(row: MalformedRequest) {
        let good = [UInt8]("POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}".utf8)

        let reading = Reading.requests([good + row.bytes])

        #expect(reading.messages.first?.isComplete == true)
        #expect(reading.fault == row.fault)
    }

    @Test
    func `a parser that refused once refuses for ever`() throws {
        var parser = RequestParser(limits: HTTPLimits())
        let bad = [UInt8]("GET\n".utf8)
        let good = [UInt8]("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)

        for bytes in [bad, good, good] {
            var position = 0
            #expect(throws: HTTPFault.bareLF) {
                try bytes.withUnsafeBytes { _ = try parser.next($0, position: &position) }
            }
            #expect(position == 0)
        }
    }

    @Test
    func `every fault has an error status and a sentence`() {
        for fault in HTTPFault.allCases {
            #expect((400...505).contains(fault.status))
            #expect(fault.reason.hasSuffix("."))
            #expect(fault.reason.count > 20)
        }
    }

    @Test
    func `TLS on a plain port is told to use http`() {
        #expect(HTTPFault.tlsOnPlainPort.reason.contains("plain HTTP"))
        #expect(HTTPFault.tlsOnPlainPort.reason.contains("http://"))
    }

    @Test
    func `every fault of a request has a row`() {
        let ours: Set<HTTPFault> = [
            .invalidStatusLine, .incompleteResponse, .invalidFieldValue, .framingField,
        ]
        let faults = Set(MalformedRequest.all.map(\.fault))

        #expect(faults.union(ours) == Set(HTTPFault.allCases))
        #expect(MalformedRequest.all.count >= 90)
    }
}
