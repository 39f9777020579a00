import Gateway
import JSON
import Testing

struct OllamaAnswerTests {
    /// All that is sent for these agent messages, one millisecond apart.
    private func sent(_ request: ChatRequest, _ frames: [String]) throws -> String {
        var encoder = AnswerEncoder(request: request, id: "x", startedAt: newYear, profile: .default)
        var bytes: [UInt8] = []
        var now = newYear
        for frame in frames {
            now += 1_000_000
            bytes += encoder.encode(try event(frame), at: now)
        }
        return text(bytes + encoder.finish(at: now + 1_000_000))
    }

    private static func start(_ milliseconds: Int) -> String {
        #"{"model":"m","created_at":"2026-01-01T00:00:00.00\#(milliseconds)000000Z","#
    }

    private static func end(_ total: Int, usage: (Int, Int) = (1, 1), reason: String = "stop") -> String {
        #""done":true,"done_reason":"\#(reason)","total_duration":\#(total)000000,"prompt_eval_count":\#(usage.0),"#
            + #""prompt_eval_duration":1000000,"eval_count":\#(usage.1),"eval_duration":\#(total - 1)000000}"#
    }

    private static let empty = #""message":{"role":"assistant","content":""},"#
    private static let chunks = [
        #"{"type":"model_stream_chunk","chunk":{"delta":{"role":"assistant","content":""}}}"#,
        #"{"type":"model_stream_chunk","chunk":{"delta":{"content":"Hi \u2028"}}}"#,
        "{\"type\":\"model_stream_chunk\",\"chunk\":{\"delta\":{\"content\":\"you\u{2028}\u{85}\"}}}",
        #"{"type":"model_stream_chunk","chunk":{"delta":{},"finish_reason":"length"},"finished":true}"#,
    ]

    @Test func `a chat is streamed as lines`() throws {
        let expected = [
            Self.start(2) + #""message":{"role":"assistant","content":"Hi \u2028"},"done":false}"#,
            Self.start(3) + #""message":{"role":"assistant","content":"you\u2028\u0085"},"done":false}"#,
            Self.start(5) + Self.empty + Self.end(5, usage: (1, 2), reason: "length"), "",
        ]
        #expect(try sent(ollamaChat(), Self.chunks) == expected.joined(separator: "\n"))
    }

    @Test func `a generated text is streamed as lines`() throws {
        let expected = [
            Self.start(2) + #""response":"Hi \u2028","done":false}"#,
            Self.start(3) + #""response":"you\u2028\u0085","done":false}"#,
            Self.start(5) + #""response":"","# + Self.end(5, usage: (1, 2), reason: "length"), "",
        ]
        #expect(try sent(ollamaGenerate(), Self.chunks) == expected.joined(separator: "\n"))
    }

    @Test func `chunks are collected for a client that does not stream`() throws {
        let whole = #","stream":false"#
        #expect(
            try sent(ollamaChat(whole), Self.chunks)
                == Self.start(5) + #""message":{"role":"assistant","content":"Hi \u2028you\u2028\u0085"},"#
                + Self.end(5, usage: (1, 2), reason: "length")
        )
        #expect(
            try sent(ollamaGenerate(whole), Self.chunks)
                == Self.start(5) + #""response":"Hi \u2028you\u2028\u0085","#
                + Self.end(5, usage: (1, 2), reason: "length")
        )
    }

    private static let result =
        #"{"type":"model_result","id":"r","choices":[{"message":{"content":"Hello"}}],"#
        + #""usage":{"prompt_tokens":30,"completion_tokens":20}}"#

    @Test func `a whole answer is one object`() throws {
        let end = Self.end(2, usage: (30, 20))
        #expect(
            try sent(ollamaChat(#","stream":false"#), [Self.result])
                == Self.start(2) + #""message":{"role":"assistant","content":"Hello"},"# + end
        )
        #expect(
            try sent(ollamaGenerate(#","stream":false"#), [Self.result])
                == Self.start(2) + #""response":"Hello","# + end
        )
    }

    @Test func `a whole answer is streamed as text and end`() throws {
        let expected = [
            Self.start(1) + #""message":{"role":"assistant","content":"Hello"},"done":false}"#,
            Self.start(2) + Self.empty + Self.end(2, usage: (30, 20)), "",
        ]
        #expect(try sent(ollamaChat(), [Self.result]) == expected.joined(separator: "\n"))
    }

    @Test(arguments: [
        (#""{\"a\":\n1}""#, #"{"a":1}"#), (#""""#, "{}"), (#"" ""#, "{}"),
        (#""{\n\"a\":[1, 2]}""#, #"{ "a":[1, 2]}"#),
        (#""{\"a\"""#, #"{"arguments":"{\"a\""}"#), (#""[1]""#, #"{"arguments":"[1]"}"#),
        (#"{"b":2}"#, #"{"b":2}"#),
        ("null", "{}"),
    ])
    func `arguments of a tool call are an object`(arguments: String, expected: String) throws {
        let expected = expected == #"{"a":1}"# ? #"{"a": 1}"# : expected
        let usage = #""usage":{"prompt_tokens":1,"completion_tokens":1}"#
        let calls = #"[{"id":"c","type":"function","function":{"name":"f","arguments":\#(arguments)}}]"#
        let written = #""tool_calls":[{"id":"c","function":{"index":0,"name":"f","arguments":\#(expected)}}]"#
        let message = #""message":{"role":"assistant","content":"",\#(written)},"#
        let result =
            #"{"type":"model_result","id":"r","choices":[{"message":{"tool_calls":\#(calls)}}],\#(usage)}"#
        let sentWhole = try sent(ollamaChat(#","stream":false"#), [result])
        #expect(sentWhole == Self.start(2) + message + Self.end(2))
        let chunk =
            #"{"type":"model_stream_chunk","chunk":{"delta":{"tool_calls":\#(calls)},\#(usage)},"finished":true}"#
        let lines = [
            Self.start(2) + message + #""done":false}"#, Self.start(2) + Self.empty + Self.end(2), "",
        ]
        #expect(try sent(ollamaChat(), [chunk]) == lines.joined(separator: "\n"))
    }

    @Test func `a long piece becomes lines that clients can read`() throws {
        let long = String(repeating: "é\n", count: 200_000)
        let frame = text(AgentFrameWriter.chunk(id: "r", text: long, finishReason: "stop"))
        let lines = try sent(ollamaChat(), [frame]).split(separator: "\n")
        #expect(lines.count > 8)
        #expect(lines.allSatisfy { $0.utf8.count < 512 << 10 })
        #expect(try lines.map { try json(String($0))["message"]?["content"]?.string ?? "" }.joined() == long)
    }

    @Test func `a failing stream has an error line`() throws {
        let encoder = AnswerEncoder(request: try ollamaChat(), id: "x", startedAt: 0, profile: .default)
        let line = "{\"error\":\"the agent failed: \\u2028 gone\"}\n"
        #expect(text(encoder.failure(.agentFailed(message: "\u{2028} gone"))) == line)
        let whole = try ollamaChat(#","stream":false"#)
        let other = AnswerEncoder(request: whole, id: "x", startedAt: 0, profile: .default)
        #expect(text(other.failure(.modelNotFound("x"))) == #"{"error":"model 'x' not found"}"#)
    }

    @Test func `a clock that goes backwards gives no durations`() throws {
        var encoder = AnswerEncoder(request: try ollamaChat(), id: "x", startedAt: newYear, profile: .default)
        let line = try json(text(encoder.finish(at: newYear - 5)))
        #expect(line["total_duration"] == nil)
        #expect(line["eval_duration"] == nil)
        #expect(line["done"]?.bool == true)
    }
}
