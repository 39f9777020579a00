import Gateway
import HTTP
import Testing

struct RequestIDTests {
    @Test func `a source names every request differently`() {
        var source = RequestID.Source(nonce: 0x0123_4567_89AB_CDEF)
        #expect(source.next().description == "req-0123456789abcdef00000001")
        #expect(source.next().answerID(for: .openAI) == "chatcmpl-0123456789abcdef00000002")
        #expect(Set((0..<1000).map { _ in source.next() }).count == 1000)
    }

    @Test(arguments: [
        ("abc-1", true), ("!~", true), (String(repeating: "x", count: 128), true),
        (String(repeating: "x", count: 129), false), ("", false), ("a b", false), ("é", false),
    ])
    func `a client's own name is taken if it is short and visible`(name: String, isTaken: Bool) throws {
        let head = try head("GET", "/", "X-Request-ID: \(name)")
        #expect(RequestID.fromClient(head.fields) == (isTaken ? name : nil))
    }

    @Test func `a client need not name its request`() throws {
        #expect(RequestID.fromClient(try head().fields) == nil)
    }
}
