import Testing

@testable import Gateway

@Suite
struct RecordingTests {
    static let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"

    @Test
    func `its status and its body are those of the last head`() {
        let recording = Self.recording([
            "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", Self.head, "3\r\nabc\r\n",
            "2\r\nde\r\n0\r\n\r\n",
        ])

        #expect(recording.content.status == 200)
        #expect(recording.content.body == Array("abcde".utf8))
    }

    @Test(arguments: ["", "HTTP/1.1 2", "no HTTP at all\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-le"])
    func `what has no status has 0`(text: String) {
        #expect(Self.recording([text]).content.status == 0)
    }

    @Test(arguments: [
        (["HTTP/1.1 200 secret-key\r\n\r\n"], true),
        ([head, "a\r\nsecret-key\r\n0\r\n\r\n"], true),
        ([head, "6\r\nsecret\r\n", "4\r\n-key\r\n0\r\n\r\n"], true),
        ([head, "6\r\nsecret\r\n4\r\n_key\r\n0\r\n\r\n"], false),
        ([head, "a\r\nsecr", "et-key\r\n0\r\n\r\n"], true),
        ([head], false),
    ])
    func `a secret is found in any piece and across them`(pieces: [String], isRevealing: Bool) {
        #expect(
            Self.recording(pieces).reveals([Array("other".utf8), Array("secret-key".utf8)]) == isRevealing
        )
    }

    @Test
    func `a secret is found in what was asked`() {
        var recording = Self.recording([Self.head])
        recording.request.body = Array("x secret-key".utf8)

        #expect(recording.reveals([Array("secret-key".utf8)]))
        #expect(!recording.reveals([]))
    }

    @Test
    func `cookies are made unreadable, and nothing else`() {
        let interim = "HTTP/1.1 103 Early Hints\r\nSet-Cookie: a=1\r\n\r\n"
        let head = "HTTP/1.1 200 OK\r\nset-cookie:b=2; path=/\r\nset-cookies: c\r\ncontent-length: 17\r\n\r\n"
        var recording = Self.recording([interim, head, "set-cookie: d=4\r\n"])

        recording.withholdCookies()

        let expected =
            "HTTP/1.1 103 Early Hints\r\nSet-Cookie:xxxx\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nset-cookie:xxxxxxxxxxx\r\nset-cookies: c\r\ncontent-length: 17\r\n\r\n"
            + "set-cookie: d=4\r\n"
        #expect(String(decoding: recording.answer, as: UTF8.self) == expected)
    }

    @Test(arguments: [
        (["data: [DO", "NE]\n\n"], true), (["data: [DONE]\n\n\r\n0\r\n\r\n"], true),
        (["data: {}\n\n"], false),
        (["data: [DONE]\n\n", String(repeating: "x", count: 100)], false), ([], false),
    ])
    func `a stream is done with its last event`(pieces: [String], isDone: Bool) {
        #expect(Self.recording(pieces).isDone == isDone)
    }

    @Test(arguments: [
        (1_000_000, 1.0, Duration.seconds(1)), (1_000_000, 10, .milliseconds(100)), (1_000_000, 0, .zero),
        (3, 0.5, .microseconds(6)), (Int.max, 1e-300, .seconds(1_000_000_000)),
    ])
    func `a piece is due by the pace`(microseconds: Int, speed: Double, delay: Duration) {
        #expect(Recording.Piece(microseconds: microseconds, end: 0).delay(at: speed) == delay)
    }

    @Test
    func `only harmless fields are kept, and none that the configuration adds`() {
        var request = Self.recording([]).request
        let fields = ["accept": "*/*", "authorization": "Bearer k", "user-agent": "u", "cookie": "c"]

        request.keepFields(but: ["user-agent"]) { fields[$0] }

        #expect(request.fields == [.init(name: "accept", value: "*/*")])
    }

    /// One whose pieces came a millisecond apart.
    static func recording(_ pieces: [String], body: String = "{}", asksForUsage: Bool = false) -> Recording {
        recording(bytes: pieces.map { Array($0.utf8) }, body: body, asksForUsage: asksForUsage)
    }

    static func recording(bytes pieces: [[UInt8]], body: String = "{}", asksForUsage: Bool = false)
        -> Recording
    {
        var recording = Recording(
            RecordedRequest(
                at: "2026-11-21T22:15:30.123456Z",
                provider: "p",
                id: "req-1",
                target: "/v1/chat/completions",
                body: Array(body.utf8),
                asksForUsage: asksForUsage
            )
        )
        for (index, piece) in pieces.enumerated() {
            recording.answer += piece
            recording.pieces.append(.init(microseconds: 1000 * index, end: recording.answer.count))
        }
        recording.end = .complete
        recording.endedAfter = 1000 * pieces.count
        return recording
    }
}
