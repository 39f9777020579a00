import Gateway
import JSON
import Testing

/// Several answers to one request, and OpenAI's older endpoint.
struct ManyAnswersTests {
    private func answer(_ request: ChatRequest, _ frames: [String]) throws -> String {
        var encoder = AnswerEncoder(request: request, id: "id", startedAt: newYear, profile: .default)
        var bytes: [UInt8] = []
        for frame in frames { bytes += encoder.encode(try event(frame), at: newYear) }
        return text(bytes + encoder.finish(at: newYear))
    }

    private func completion(_ members: String = "") throws -> ChatRequest {
        try ChatRequest(completion: Array(#"{"model":"m","prompt":"Once"\#(members)}"#.utf8))
    }

    private func chunk(_ choices: String, isLast: Bool = false) -> String {
        #"{"type":"model_stream_chunk","id":"r","chunk":{"choices":[\#(choices)]},"finished":\#(isLast)}"#
    }

    private static let two = [
        #"{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}"#,
        #"{"index":1,"delta":{"content":"c"},"finish_reason":"length"}"#,
    ]

    @Test func `each answer of a stream has its role, its text and its end`() throws {
        let request = try openAI(#","stream":true,"n":2"#)
        let sent = try answer(request, Self.two.map { chunk($0) } + [chunk("", isLast: true)])
        let choices = try sent.split(separator: "\n\n").dropLast().map { event in
            try #require(try json(String(event.dropFirst(6)))["choices"]?.elements.first)
        }
        #expect(choices.map { $0["index"]?.int } == [0, 1, 1, 0])
        #expect(choices.map { $0["delta"]?["role"]?.string } == ["assistant", "assistant", nil, nil])
        #expect(choices.map { $0["delta"]?["content"]?.string } == ["a", "b", "c", nil])
        #expect(choices.map { $0["finish_reason"]?.string } == [nil, nil, "length", "stop"])
    }

    @Test func `pieces of several answers are collected apart`() throws {
        let request = try openAI(#","n":2"#)
        let whole = try json(answer(request, Self.two.map { chunk($0) } + [chunk("", isLast: true)]))
        let choices = try #require(whole["choices"]).elements
        #expect(choices.map { $0["message"]?["content"]?.string } == ["a", "bc"])
        #expect(choices.map { $0["index"]?.int } == [0, 1])
        #expect(choices.map { $0["finish_reason"]?.string } == ["stop", "length"])
    }

    @Test func `a whole answer of several is cut into as many`() throws {
        let result =
            #"{"type":"model_result","id":"r","choices":[{"message":{"content":"a"}},{"message":{"content":"b"}}]}"#
        let sent = try answer(openAI(#","stream":true,"n":2"#), [result])
        #expect(sent.contains(#"{"index":0,"delta":{"content":"a"}"#))
        #expect(sent.contains(#"{"index":1,"delta":{"content":"b"}"#))
    }

    @Test(arguments: ["-1", "8", "9999999999"])
    func `an answer that nobody can have asked for is nonsense`(index: String) {
        #expect(throws: (any Error).self) { try event(chunk(#"{"index":\#(index),"delta":{}}"#)) }
    }

    @Test func `an answer that nobody asked for is not passed on`() throws {
        let sent = try answer(
            openAI(#","stream":true"#),
            [
                chunk(#"{"index":3,"delta":{"content":"x"}}"#),
                chunk(#"{"delta":{"content":"a"}}"#, isLast: true),
            ]
        )
        #expect(!sent.contains(#""content":"x""#))
        #expect(sent.split(separator: "\n\n").count == 2)
    }

    @Test func `a frame of more answers than can be asked for is nonsense`() {
        let many = Array(repeating: #"{"delta":{}}"#, count: 9).joined(separator: ",")
        #expect(throws: (any Error).self) { try event(chunk(many)) }
    }

    @Test func `what is echoed is sanitised too`() throws {
        let body = #"{"model":"m","prompt":"a<script>b</script>","echo":true}"#
        let request = try ChatRequest(completion: Array(body.utf8)).sanitized()
        #expect(try answer(request, []).contains(#""text":"a""#))
    }

    @Test func `the echo says everything as often as it is asked to`() throws {
        let request = try openAI(#","n":3"#)
        var encoder = AnswerEncoder(request: request, id: "id", startedAt: newYear, profile: .default)
        for event in Echo.events(for: request) { _ = encoder.encode(event, at: newYear) }
        let choices = try json(text(encoder.finish(at: newYear)))["choices"]?.elements
        #expect(choices?.map { $0["message"]?["content"]?.string } == ["Hi", "Hi", "Hi"])
    }

    // MARK: Text completions

    @Test func `a prompt becomes a message, and its text comes back`() throws {
        let request = try completion(#","max_tokens":5,"suffix":"x","logprobs":2,"best_of":3"#)
        let frame = try json(text(request.invocation(id: "r", sessionID: "s", model: "m", row: nil)))
        #expect(frame["messages"]?.elements.first?["content"]?.string == "Once")
        #expect(frame["max_tokens"]?.int == 5)
        #expect(frame["suffix"]?.string == "x")
        #expect(["prompt", "echo", "logprobs", "best_of"].allSatisfy { frame[$0] == nil })
        let whole = try json(answer(request, [chunk(#"{"delta":{"content":" upon"}}"#, isLast: true)]))
        #expect(whole["object"]?.string == "text_completion")
        let choice = try #require(whole["choices"]?.elements.first)
        #expect(choice["text"]?.string == " upon")
        #expect(choice["logprobs"]?.isNull == true)
        #expect(choice["finish_reason"]?.string == "stop")
        #expect(whole["usage"]?["estimated"]?.bool == true)
    }

    @Test(arguments: [true, false])
    func `the prompt is echoed if that is wanted`(streams: Bool) throws {
        let request = try completion(#","echo":true,"stream":\#(streams)"#)
        let sent = try answer(request, [chunk(#"{"delta":{"content":" upon"}}"#, isLast: true)])
        let bodies =
            streams ? sent.split(separator: "\n\n").dropLast().map { String($0.dropFirst(6)) } : [sent]
        let texts = try bodies.map { try json($0)["choices"]?.elements.first?["text"]?.string ?? "" }
        #expect(texts.joined() == "Once upon")
    }

    @Test func `a stream of text has one event for each piece`() throws {
        let request = try completion(#","stream":true,"stream_options":{"include_usage":true}"#)
        let frames = [
            chunk(#"{"delta":{"content":"a"}}"#),
            chunk(#"{"delta":{},"finish_reason":"length"}"#, isLast: true),
        ]
        let events = try answer(request, frames).split(separator: "\n\n").map { $0.dropFirst(6) }
        #expect(events.count == 4)
        #expect(events.last == "[DONE]")
        #expect(
            events[0].contains(
                #""choices":[{"text":"a","index":0,"logprobs":null,"finish_reason":null}],"usage":null}"#
            )
        )
        #expect(events[1].contains(#"{"text":"","index":0,"logprobs":null,"finish_reason":"length"}"#))
        #expect(events[2].contains(#""choices":[],"usage":{"#))
    }

    @Test(arguments: [
        (#"{"model":"m"}"#, ["prompt"]), (#"{"model":"m","prompt":["a","b"]}"#, ["prompt"]),
        (#"{"model":"m","prompt":[1,2]}"#, ["prompt"]), (#"{"prompt":"a","n":0}"#, ["model", "n"]),
        (#"{"model":"m","prompt":"a","echo":1,"logprobs":6}"#, ["logprobs", "echo"]),
        (#"{"model":"m","prompt":"\#(String(repeating: "x", count: 100_001))"}"#, ["prompt"]),
    ])
    func `faults are named as the client spelled them`(body: String, expected: [String]) throws {
        do throws(GatewayError) {
            _ = try ChatRequest(completion: Array(body.utf8))
            Issue.record("it was accepted")
        } catch {
            guard case .invalidFields(let faults) = error else { throw error }
            #expect(faults.map(\.parameter) == expected)
        }
    }

    @Test func `a list of one prompt is one prompt`() throws {
        let request = try ChatRequest(completion: Array(#"{"model":"m","prompt":["Hi"]}"#.utf8))
        #expect(request.conversation.lastUserText == "Hi")
    }
}
