import Gateway
import JSON
import Testing

struct RelayedStreamTests {
    @Test(arguments: [
        events(chunk("Hi"), chunk("", finish: #""stop""#), "[DONE]"),
        events(chunk("Grüße 😀\u{2028}\u{85}\""), "[DONE]"),
        ": ping\n\n: OPENROUTER PROCESSING\n\n" + events(chunk("a")) + ":\n\n" + events("[DONE]"),
        "\u{FEFF}event: delta\nid: 1\ndata: {}\nretry: 5\n\n\n\ndata:{\"a\":1}\n\ndata: [DONE]\n\n",
        "data: {\ndata: \"usage\":null}\n\ndata: [DONE]\n\n", "event: done\n\ndata: {\"choices\":[]}\n\n",
        #"data: { "id" : 1 , "choices" : [ ] }"# + "\n\n", "data:  {\"a\":1}\n\n", "data: \t{ }\t\n\n",
        "data:\ndata: {}\n\n",
    ])
    func `what has nothing to be taken out goes on byte by byte`(stream: String) {
        for removesUsage in [true, false] {
            let whole = Passed(stream, removesUsage: removesUsage)

            #expect(whole.output == stream)
            #expect(whole.fault == nil)
            #expect(whole.hasSpoken)
            #expect(whole.count == stream.utf8.count)
            for piece in Passed.inPieces(stream, removesUsage: removesUsage) { #expect(piece == whole) }
        }
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func `any line end is one`(end: String) {
        let stream = events(chunk("a"), chunk("b", finish: #""stop""#), "[DONE]", end: end)
        let whole = Passed(stream)

        #expect(whole.output == stream)
        #expect(whole.isDone)
        #expect(whole.finishReason == "stop")
        for piece in Passed.inPieces(stream) {
            #expect(piece.output == stream)
            #expect(piece.isDone)
            #expect(piece.usage == whole.usage)
        }
    }

    @Test func `only whole events go on`() {
        let bytes = Array(events(chunk("a"), chunk("b"), "[DONE]").utf8)
        let first = events(chunk("a")).utf8.count
        for count in 0..<bytes.count {
            let passed = Passed([bytes[..<count]], removesUsage: false)
            let ends = [0, first, 2 * first]
            #expect(passed.output.utf8.count == ends.last { $0 <= count })
        }
    }

    private static let noObject = RelayedStream.Fault.malformed("an event of the stream is no JSON object")

    static let faults: [(String, RelayedStream.Fault)] = [
        ("data: {\n\n", noObject), ("data: <html>\n\n", noObject), ("data:\n\n", noObject),
        ("data: [1]\n\n", noObject), ("data: {\"a\":\"b}\n\n", noObject), ("data: {}}\n\n", noObject),
        ("data: done\n\n", noObject), ("data: {\"error\":{\"message\":\"no\",\"code\":1}}\n\n", .error("no")),
        ("data: {\"error\":\"no\"}\n\n", .error("no")),
        ("data: {\"error\":\ndata: {\"message\":\"no\"}}\n\n", .error("no")),
        ("event: error\ndata: {\"a\":1,\"error\":{\"code\":5}}\n\n", .error("{\"code\":5}")),
        ("data: {\"error\":true}\n\n", .error("true")), ("data: {\"error\":1}\n\n", .error("1")),
        ("data: {\"error\":{\"message\":\"\\u0022\"}}\n\n", .error("\"")),
    ]

    @Test(arguments: faults)
    func `a fault ends the stream, and an error is passed on if the stream had begun`(
        event: String,
        fault: RelayedStream.Fault,
    ) {
        let isError = if case .error = fault { true } else { false }
        let first = Passed(": c\n\n" + event + events(chunk("b"), "[DONE]"))
        let later = Passed(events(chunk("a")) + event + events(chunk("b"), "[DONE]"))

        #expect(first.fault == fault)
        #expect(!first.hasSpoken)
        #expect(first.output == ": c\n\n")
        #expect(later.fault == fault)
        #expect(later.hasSpoken)
        #expect(!later.isDone)
        #expect(later.output == events(chunk("a")) + (isError ? event : ""))
        for piece in Passed.inPieces(events(chunk("a")) + event) {
            #expect(piece.fault == fault)
            #expect(piece.output == later.output)
        }
    }

    @Test(arguments: [#"{"a":tru}"#, #"{"a":1,}"#, "{\"a\":\"\u{1}\"}"])
    func `only the first event has to be JSON in every point`(data: String) {
        #expect(Passed(events(data)).fault == Self.noObject)
        #expect(Passed(events(chunk("a"), data)).output == events(chunk("a"), data))
    }

    @Test(arguments: [
        #"{"error":null,"choices":[]}"#, #"{"error":false}"#, #"{"choices":[{"error":{"message":"x"}}]}"#,
        #"{"choices":[{"delta":{"content":"\"error\":{\"message\":\"x\"}"}}]}"#, #"{"errors":[1]}"#,
        #"{"error":1,"error":null}"#,
    ])
    func `what is no error of the event's own is none`(data: String) {
        #expect(Passed(events(data)).fault == nil)
        #expect(Passed(events(data)).output == events(data))
    }

    @Test func `a line that nobody waits for is a fault, and nothing is taken any more`() {
        var stream = RelayedStream(removesUsage: true)
        var output: [UInt8] = []
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for _ in 0...16 { line.withUnsafeBytes { stream.take($0, into: &output) } }
        #expect(stream.fault == .malformed("a line of the stream is longer than 16 MiB"))
        let count = stream.count
        Array(events("[DONE]").utf8).withUnsafeBytes { stream.take($0, into: &output) }

        #expect(stream.count == count)
        #expect(output.isEmpty)
    }

    struct Ending: Sendable {
        let stream: String
        let framed: String?
        let unframed: String?

        init(_ stream: String, framed: String?, unframed: String?) {
            (self.stream, self.framed, self.unframed) = (stream, framed, unframed)
        }
    }

    private static let silent = "the stream ended before it had begun"
    private static let early = "the stream ended before the answer was finished"
    private static let inside = "the stream ended inside an event"
    private static let stop = events(chunk("a", finish: #""stop""#))

    static let endings = [
        Ending("", framed: silent, unframed: silent), Ending(": c\n\n", framed: silent, unframed: silent),
        Ending(events("[DONE]"), framed: silent, unframed: silent),
        Ending("data", framed: silent, unframed: silent),
        Ending(events(chunk("a")), framed: early, unframed: early),
        Ending(stop, framed: nil, unframed: early),
        Ending(stop + ": c\n\n", framed: nil, unframed: early),
        Ending(stop + events(chunk("b")), framed: nil, unframed: early),
        Ending(stop + events("[DONE]"), framed: nil, unframed: nil),
        Ending(events(chunk("a"), "[DONE]"), framed: nil, unframed: nil),
        Ending(events(chunk("a"), "[DONE] "), framed: nil, unframed: nil),
        Ending(stop + "data:[DONE]\r\r", framed: nil, unframed: nil),
        Ending(events(chunk("a"), "[DONE]") + "data: x", framed: nil, unframed: nil),
        Ending(stop + "data: {", framed: inside, unframed: inside),
        Ending(stop + "data: [DONE]\n", framed: inside, unframed: inside),
        Ending(stop + ":", framed: inside, unframed: inside),
        Ending(stop + "\n\n\r", framed: nil, unframed: early),
        Ending(events(#"{"choices":[{"finish_reason":null}]}"#), framed: early, unframed: early),
        Ending(events(#"{"choices":[{"finish_reason":""}]}"#), framed: early, unframed: early),
    ]

    @Test(arguments: endings)
    func `a stream is complete behind [DONE], or behind a reason if its end is marked`(row: Ending) {
        for passed in [Passed(row.stream)] + Passed.inPieces(row.stream) {
            #expect(passed.framed == row.framed)
            #expect(passed.unframed == row.unframed)
        }
    }

    @Test(arguments: [
        (chunk("a"), nil), (chunk("a", finish: #""stop""#), "stop"),
        (#"{"choices":[{"finish_reason":"stop"},{"finish_reason":"length"}]}"#, "stop"),
        (#"{"choices":[{"finish_reason" : "tool_calls" , "native_finish_reason":"x"}]}"#, "tool_calls"),
        (#"{"choices":[{"delta":{"content":"\"finish_reason\":\"x\""}}]}"#, nil),
        (#"{"choices":[{"finish_reason":7}]}"#, nil),
    ])
    func `the last reason that is said counts, of several at once the first`(data: String, reason: String?) {
        #expect(Passed(events(data)).finishReason == reason)
        #expect(Passed(events(data, chunk("b"))).finishReason == reason)
        #expect(Passed(events(chunk("", finish: #""other""#), data)).finishReason == reason ?? "other")
    }
}
