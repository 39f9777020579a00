import Gateway
import JSON
import Testing

struct AnswerEncoderTests {
    private func encoder(_ request: ChatRequest, profile: Profile = .default) -> AnswerEncoder {
        AnswerEncoder(request: request, id: "chatcmpl-1", startedAt: newYear, profile: profile)
    }

    /// All that is sent for these agent messages, one millisecond apart.
    private func sent(_ request: ChatRequest, _ frames: [String]) throws -> String {
        var encoder = encoder(request)
        var bytes: [UInt8] = []
        var now = newYear
        for frame in frames {
            now += 1_000_000
            bytes += encoder.encode(try event(frame), at: now)
        }
        return text(bytes + encoder.finish(at: now + 1_000_000))
    }

    private func chunk(_ delta: String, _ rest: String = "") -> String {
        #"{"type":"model_stream_chunk","id":"r","chunk":{"delta":\#(delta)}\#(rest)}"#
    }

    private static let head =
        #"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1767225600,"model":"m","choices":["#

    private static func line(_ delta: String, _ finish: String = "null", usage: String = "") -> String {
        #"\#(head){"index":0,"delta":\#(delta),"finish_reason":\#(finish)}]\#(usage)}"# + "\n\n"
    }

    private static let done = "data: [DONE]\n\n"
    private static let stream = #","stream":true"#
    private static let result =
        #"{"type":"model_result","id":"r","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"#
        + #""finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#

    @Test func `each chunk is one event and none is added`() throws {
        let sent = try sent(
            openAI(Self.stream),
            [
                chunk(#"{"content":"Hel"}"#), chunk(#"{ "content":"lo\u2028", "x":1 }"#),
                #"{"type":"model_stream_chunk","chunk":{"delta":{},"finish_reason":"stop"},"finished":true}"#,
            ]
        )
        let expected =
            Self.line(#"{"role":"assistant","content":"Hel"}"#)
            + Self.line(#"{ "content":"lo\u2028", "x":1 }"#)
            + Self.line("{}", #""stop""#) + Self.done
        #expect(sent == expected)
    }

    @Test func `usage is the last event if it is asked for`() throws {
        let request = try openAI(#","stream":true,"stream_options":{"include_usage":true}"#)
        let sent = try sent(request, [chunk(#"{"content":"12345678"}"#), chunk("{}", #","finished":true"#)])
        let null = #","usage":null"#
        let usage = #"{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"estimated":true}"#
        let expected =
            Self.line(#"{"role":"assistant","content":"12345678"}"#, usage: null)
            + Self.line("{}", #""stop""#, usage: null) + Self.head + "],\"usage\":\(usage)}\n\n" + Self.done
        #expect(sent == expected)
    }

    @Test func `the agent's own usage is repeated`() throws {
        let request = try openAI(#","stream":true,"stream_options":{"include_usage":true}"#)
        let usage = "{\"prompt_tokens\":9,\n\"completion_tokens\":8,\"total_tokens\":17,\"x\":{}}"
        let last = #"{"type":"model_stream_chunk","chunk":{"choices":[],"usage":\#(usage)},"finished":true}"#
        let sent = try sent(request, [chunk(#"{"content":"a"}"#), last])
        let flat = usage.replacing("\n", with: " ")
        #expect(sent.hasSuffix("],\"usage\":\(flat)}\n\n" + Self.done))
    }

    @Test(arguments: [
        #"{"type":"model_stream_chunk","chunk":{"delta":{"content":"z"}},"finished":true}"#,
        #"{"type":"model_stream_chunk","chunk":{"delta":{},"finish_reason":"stop"},"finished":true}"#,
        #"{"type":"model_stream_chunk","chunk":{"delta":{}},"finished":true}"#,
        #"{"type":"model_stream_chunk","chunk":{"choices":[{"delta":{},"finish_reason":"stop"}]},"finished":true}"#,
        #"{"type":"model_stream_chunk","finished":true}"#,
    ])
    func `100 chunks are 100 events before the end`(last: String) throws {
        let frames = (1...99).map { chunk(#"{"content":"word \#($0) "}"#) } + [last]
        let sent = try sent(openAI(Self.stream), frames)
        let events = sent.split(separator: "\n\n")
        #expect(events.allSatisfy { $0.hasPrefix("data: ") && !$0.contains("\n") })
        #expect(events.count == 101)
        #expect(events.last == "data: [DONE]")
        #expect(events.count { $0.contains(#""finish_reason":"stop""#) } == 1)
        #expect(events[99].contains(#""finish_reason":"stop""#))
        #expect(events.count { $0.contains(#""role":"assistant""#) } == 1)
    }

    @Test(arguments: [
        (#"{"content":"a"}"#, #"{"role":"assistant","content":"a"}"#), ("{}", #"{"role":"assistant"}"#),
        ("{ }", #"{"role":"assistant" }"#),
        (#"{"role":"assistant","content":""}"#, #"{"role":"assistant","content":""}"#),
        (#"{"role":null,"content":"a"}"#, #"{"role":"assistant","content":"a"}"#),
        (#"{"content":null}"#, #"{"role":"assistant","content":null}"#),
    ])
    func `the role rides on the first chunk`(delta: String, expected: String) throws {
        let sent = try sent(
            openAI(Self.stream),
            [chunk(delta), chunk(#"{"content":"b"}"#, #","finished":true"#)]
        )
        #expect(sent == Self.line(expected) + Self.line(#"{"content":"b"}"#, #""stop""#) + Self.done)
    }

    @Test func `an answer that ends without a word still ends`() throws {
        let bare = Self.line(#"{"role":"assistant","content":""}"#, #""stop""#) + Self.done
        #expect(try sent(openAI(Self.stream), [chunk("{}", #","finished":true"#)]).hasSuffix(Self.done))
        #expect(try sent(openAI(Self.stream), []) == bare)
        #expect(try sent(openAI(Self.stream), [#"{"type":"model_stream_chunk","finished":true}"#]) == bare)
        var encoder = encoder(try openAI(Self.stream))
        #expect(encoder.encode(.end(usage: nil), at: newYear).isEmpty)
    }

    @Test func `nothing is sent behind the finish reason but the end`() throws {
        let stop =
            #"{"type":"model_stream_chunk","chunk":{"delta":{"content":"a"},"finish_reason":"length"}}"#
        let sent = try sent(openAI(Self.stream), [stop, chunk("{}", #","finished":true"#)])
        #expect(sent == Self.line(#"{"role":"assistant","content":"a"}"#, #""length""#) + Self.done)
    }

    @Test func `line ends between tokens cannot break an event`() throws {
        let sent = try sent(
            openAI(Self.stream),
            [chunk("{\n\n\"content\"\r\n:\"a\"\n}", #","finished":true"#)]
        )
        #expect(sent == Self.line(#"{"role":"assistant",  "content"  :"a" }"#, #""stop""#) + Self.done)
    }

    @Test func `tool calls always have an index`() throws {
        let delta = #"{"tool_calls":[{"id":"c","function":{"name":"f"}},{"index":4,"id":"d"}]}"#
        let sent = try sent(openAI(Self.stream), [chunk(delta, #","finished":true"#)])
        let expected =
            #"{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f"},"index":0},{"index":4,"id":"d"}]}"#
        #expect(sent == Self.line(expected, #""tool_calls""#) + Self.done)
    }

    @Test func `a whole answer is cut into role, text and finish`() throws {
        let sent = try sent(openAI(Self.stream), [Self.result])
        #expect(
            sent == Self.line(#"{"role":"assistant","content":""}"#) + Self.line(#"{"content":"Hello"}"#)
                + Self.line("{}", #""stop""#) + Self.done
        )
    }

    @Test func `a long whole answer is cut between characters`() throws {
        let long = String(repeating: "é😀x", count: 20_000)
        let frame = text(AgentFrameWriter.result(id: "r", text: long))
        let events = try sent(openAI(Self.stream), [frame]).split(separator: "\n\n").dropLast()
        let pieces = try events.map { event in
            let delta = try json(String(event.dropFirst(6)))["choices"]?.elements.first?["delta"]
            return delta?["content"]?.string ?? ""
        }
        #expect(pieces.joined() == long)
        #expect(pieces.count > 8)
        #expect(pieces.allSatisfy { $0.utf8.count <= 16 << 10 })
    }

    @Test func `tool calls of a whole answer are streamed`() throws {
        let frame =
            #"{"type":"model_result","id":"r","choices":[{"message":{"content":null,"tool_calls":[{"id":"c","#
            + #""type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}}]}"#
        let sent = try sent(openAI(Self.stream), [frame])
        let calls =
            #"{"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}"#
        #expect(
            sent == Self.line(#"{"role":"assistant","content":""}"#) + Self.line(calls)
                + Self.line("{}", #""tool_calls""#) + Self.done
        )
    }

    private static func completion(_ choices: String, _ usage: String) -> String {
        #"{"id":"chatcmpl-1","object":"chat.completion","created":1767225600,"model":"m","choices":\#(choices),"#
            + #""usage":\#(usage)}"#
    }

    @Test func `a whole answer is repeated byte for byte`() throws {
        let choices =
            #"[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]"#
        let usage = #"{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}"#
        #expect(try sent(openAI(), [Self.result]) == Self.completion(choices, usage))
    }

    @Test(arguments: [
        (
            #"[{"message":{"content":"Hello you"}}]"#,
            #"[{"message":{"content":"Hello you","role":"assistant"},"index":0,"finish_reason":"stop"}]"#
        ),
        (
            #"[{"index":0,"message":{"role":"assistant","content":"Hello you"},"finish_reason":null}]"#,
            #"[{"index":0,"message":{"role":"assistant","content":"Hello you"},"finish_reason":"stop"}]"#
        ),
    ])
    func `what an agent leaves out is added`(choices: String, expected: String) throws {
        let usage = #"{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"estimated":true}"#
        let frame = #"{"type":"model_result","id":"r","choices":\#(choices)}"#
        #expect(try sent(openAI(), [frame]) == Self.completion(expected, usage))
    }

    @Test func `chunks are collected for a client that does not stream`() throws {
        let frames = [
            chunk(#"{"role":"assistant","content":"He\u006c"}"#), chunk(#"{"content":"\ud83d"}"#),
            chunk(#"{"content":"\ude00","reasoning_content":"be"}"#),
            chunk(#"{"reasoning_content":"cause"}"#),
            #"{"type":"model_stream_chunk","chunk":{"delta":{},"finish_reason":"length"},"finished":true}"#,
        ]
        let choices =
            #"[{"index":0,"message":{"role":"assistant","content":"He\u006c\ud83d\ude00","#
            + #""reasoning_content":"because"},"finish_reason":"length"}]"#
        let usage = #"{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"estimated":true}"#
        #expect(try sent(openAI(), frames) == Self.completion(choices, usage))
        var encoder = encoder(try openAI())
        #expect(encoder.encode(try event(frames[0]), at: newYear).isEmpty)
        #expect(encoder.heldBytes == 8)
        #expect(encoder.usage.completionTokens == 1)
    }

    @Test func `pieces of tool calls are put together`() throws {
        let frames = [
            chunk(
                #"{"tool_calls":[{"index":1,"id":"d","type":"function","function":{"name":"g","arguments":""}}]}"#
            ),
            chunk(#"{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{\"a\""}}]}"#),
            chunk(
                #"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}},{"index":1}]}"#,
                #","finished":true"#
            ),
        ]
        let choices =
            #"[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":["#
            + #"{"id":"d","type":"function","function":{"name":"g","arguments":""}},"#
            + #"{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},"#
            + #""finish_reason":"tool_calls"}]"#
        let usage = #"{"prompt_tokens":1,"completion_tokens":50,"total_tokens":51,"estimated":true}"#
        #expect(try sent(openAI(), frames) == Self.completion(choices, usage))
    }

    @Test func `an answer without a word is an empty one`() throws {
        let choices = #"[{"index":0,"message":{"role":"assistant","content":""},"finish_reason":"stop"}]"#
        let usage = #"{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"estimated":true}"#
        #expect(try sent(openAI(), []) == Self.completion(choices, usage))
    }

    @Test func `a failing stream has an error event and no end`() throws {
        let bytes = encoder(try openAI(Self.stream)).failure(.agentFailed(message: "exit 1"))
        #expect(
            text(bytes)
                == #"data: {"error":{"message":"the agent failed: exit 1","type":"api_error","param":null,"#
                + #""code":"agent_error"}}"# + "\n\n"
        )
    }

    @Test func `a failing whole answer is the error's body`() throws {
        let body = text(encoder(try openAI()).failure(.upstreamTimeout))
        #expect(
            body == text(ErrorAnswer(.upstreamTimeout, for: .openai, profile: .default).body(for: .openai))
        )
    }

    @Test func `the media type follows form and profile`() throws {
        #expect(encoder(try openAI()).contentType == "application/json")
        #expect(encoder(try openAI(Self.stream)).contentType == "text/event-stream; charset=utf-8")
        #expect(encoder(try openAI(Self.stream), profile: .straico).contentType == "text/event-stream")
        #expect(encoder(try ollamaChat()).contentType == "application/json; charset=utf-8")
        #expect(encoder(try ollamaChat(), profile: .proxy).contentType == "application/x-ndjson")
        let whole = encoder(try ollamaChat(#","stream":false"#), profile: .proxy)
        #expect(whole.contentType == "application/json; charset=utf-8")
    }

    /// The answer does not depend on how the agent cut it.
    @Test(arguments: 1...9)
    func `however the text is cut the whole is the same`(length: Int) throws {
        let answer = "Grüße 😀\n\"quoted\" \u{2028} \\ end"
        let scalars = Array(answer.unicodeScalars)
        let frames = stride(from: 0, to: scalars.count, by: length).map { start in
            let piece = String(String.UnicodeScalarView(scalars[start..<min(start + length, scalars.count)]))
            return text(AgentFrameWriter.chunk(id: "r", text: piece))
        }
        let end = text(AgentFrameWriter.chunk(id: "r", text: "", finishReason: "stop"))
        let whole = try json(sent(openAI(), frames + [end]))
        #expect(whole["choices"]?.elements.first?["message"]?["content"]?.string == answer)
        #expect(whole["usage"]?["completion_tokens"]?.int == scalars.count / 4)
        let events = try sent(openAI(Self.stream), frames + [end]).split(separator: "\n\n").dropLast()
        let streamed = try events.map {
            try json(String($0.dropFirst(6)))["choices"]?.elements.first?["delta"]?["content"]?.string ?? ""
        }
        #expect(streamed.joined() == answer)
        #expect(events.count == frames.count + 1)
        let lines = try sent(ollamaChat(), frames + [end]).split(separator: "\n")
        #expect(
            try lines.map { try json(String($0))["message"]?["content"]?.string ?? "" }.joined() == answer
        )
    }
}
