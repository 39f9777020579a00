import Testing

@testable import Gateway

@Suite
struct RecordingFileTests {
    @Test(arguments: [
        [[]], [Array("plain".utf8)], [Array("\"\\\u{0}\u{1}\r\n\t\u{2028}猫🦆".utf8)], [[0xE7, 0x8C], [0xAB]],
        [[0xFF], [0x80, 0x00], []], [Array(0...255)],
    ])
    func `every byte comes back with its time`(pieces: [[UInt8]]) throws {
        var recording = RecordingTests.recording(bytes: pieces, body: "\u{FEFF}{\"a\": 1.0}\n")
        recording.request.fields = [.init(name: "accept", value: "*/*")]
        recording.request.asksForUsage = true
        recording.end = .cut

        #expect(try RecordingFile.parse(RecordingFile.serialized(recording)) == recording)
    }

    @Test
    func `it has one line for the request, for each piece and for the end`() {
        let recording = RecordingTests.recording(bytes: [
            Array("HTTP/1.1 204 No\r\n\r\n".utf8), [0xE3, 0x81],
        ])

        let lines = String(decoding: RecordingFile.serialized(recording), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)

        let request =
            #"{"recording":1,"at":"2026-11-21T22:15:30.123456Z","provider":"p","id":"req-1","method":"POST","#
            + #""target":"/v1/chat/completions","fields":{},"asks_for_usage":false,"text":"{}"}"#
        #expect(
            lines == [
                Substring(request), #"{"us":0,"text":"HTTP/1.1 204 No\r\n\r\n"}"#,
                #"{"us":1000,"base64":"44E="}"#,
                #"{"end":"complete","us":2000,"status":204,"bytes":21}"#, "",
            ]
        )
    }

    @Test
    func `its name sorts by time and says which request it was`() {
        let request = RecordingTests.recording([]).request

        #expect(RecordingFile.name(request) == "20261121T221530.123456Z-req-1.jsonl")
    }

    @Test(arguments: [
        ("", "line 1 is not the whole of a recording"),
        (head, "line 1 is not the whole of a recording"),
        ("x\n\(end)", "line 1 is no JSON object"),
        ("{}\n\(end)", "line 1 does not say \"recording\": 1"),
        (#"{"recording":2,"target":"/","text":""}"# + "\n\(end)", "line 1 does not say \"recording\": 1"),
        (
            #"{"recording":1,"target":"/"}"# + "\n\(end)",
            "line 1 has no 'target', or neither 'text' nor 'base64'"
        ),
        ("\(head)\n\n\(end)", "line 2 is no JSON object"),
        ("\(head)\n{\"us\":1}\n\(end)", "line 2 has no 'us', or neither 'text' nor 'base64'"),
        ("\(head)\n{\"us\":-1,\"text\":\"\"}\n\(end)", "line 2 has no 'us', or neither 'text' nor 'base64'"),
        (
            "\(head)\n{\"us\":1,\"base64\":\"44E\"}\n\(end)",
            "line 2 has no 'us', or neither 'text' nor 'base64'"
        ),
        ("\(head)\n{\"us\":1,\"text\":\"\"}\n", "line 2 does not say how it ended"),
        ("\(head)\n{\"end\":\"well\",\"us\":1}\n", "line 2 does not say how it ended"),
    ])
    func `what is no recording says why`(text: String, reason: String) {
        let fault = #expect(throws: RecordingFile.Fault.self) { try RecordingFile.parse(Array(text.utf8)) }

        #expect(fault?.description == reason)
    }

    private static let head = #"{"recording":1,"target":"/v1/chat/completions","text":"{}"}"#
    private static let end = #"{"end":"complete","us":5}"#
}
