import Gateway
import JSON
import Testing

struct RelayedUsageTests {
    private func relayed(_ text: String) -> Usage? { Array(text.utf8).withUnsafeBytes { Usage(relayed: $0) } }

    /// What comes, and what goes on if we have asked for the usage.
    static let nulls = [
        (#"{"usage":null}"#, "{}"), (#"{ "usage" : null }"#, "{  }"),
        (#"{ "usage": null, "a": 1 }"#, #"{ "a": 1 }"#),
        (#"{"usage":null,"a":1}"#, #"{"a":1}"#), (#"{"usage":null, "a": 1}"#, #"{"a": 1}"#),
        (#"{"usage" : null , "a":1}"#, #"{"a":1}"#),
        (#"{"a":1,"usage":null}"#, #"{"a":1}"#), (#"{"a": 1, "usage": null}"#, #"{"a": 1}"#),
        (#"{ "a":1 , "usage":null }"#, #"{ "a":1 }"#), (#"{"a":{},"usage":null}"#, #"{"a":{}}"#),
        (#"{"a":1,"usage":null,"b":2}"#, #"{"a":1,"b":2}"#),
        (#"{"a": 1, "usage": null, "b": 2}"#, #"{"a": 1, "b": 2}"#),
        (#"{"a":"x\"","usage":null,"b":[]}"#, #"{"a":"x\"","b":[]}"#),
        ("{\"a\":1,\t\"usage\":\tnull,\"b\":2}", #"{"a":1,"b":2}"#),
        (#"{"choices":[],"usage":null}"#, #"{"choices":[]}"#), (#"{"é":"😀","usage":null}"#, #"{"é":"😀"}"#),
        (#"{"a":{"usage":null},"usage":null}"#, #"{"a":{"usage":null}}"#),
        (chunk(#""usage":null, data: [DONE]"#, #","usage":null"#), chunk(#""usage":null, data: [DONE]"#)),
    ]

    @Test(arguments: nulls)
    func `null is taken out with its comma, wherever the stream is cut`(data: String, rest: String) throws {
        let stream = events(data, "[DONE]")
        let whole = Passed(stream)

        #expect(whole.output == events(rest, "[DONE]"))
        #expect(!whole.usage.isExact)
        #expect(try json(rest)["usage"] == nil)
        for piece in Passed.inPieces(stream) { #expect(piece == whole) }
        #expect(Passed(stream, removesUsage: false).output == stream)
    }

    @Test(arguments: [
        chunk(#""usage":null"#), chunk(#"{"usage":null}"#), chunk("data: {\"usage\":null}\n\n"),
        chunk("[DONE]"),
        chunk(#"\"usage\":null,"#), chunk("a", #","x":{"usage":null}"#),
        chunk("a", #","x":[{"usage":null}]"#),
        chunk("a", #","Usage":null"#), chunk("a", #","usage":0"#), chunk("a", #","usage":"null""#),
        chunk("a", #","usages":null"#),
        #"{"choices":[{"usage":null}]}"#,
        #"["usage",null]"#.replacing("[", with: #"{"a":["#).replacing("]", with: "]}"),
        chunk("a", #","usage":\#(usage(3, 2))"#), #"{"usage":\#(usage(3, 2))}"#,
        #"{"choices":[[]],"usage":{}}"#, #"{"x":{"choices":[]},"usage":{}}"#, #"{"choices":null,"usage":{}}"#,
        #"{"choices":[],"prompt_filter_results":[]}"#,
    ])
    func `everything else stays`(data: String) {
        let stream = events(data, "[DONE]")

        #expect(Passed(stream).output == stream)
        for piece in Passed.inPieces(stream) { #expect(piece.output == stream) }
    }

    @Test(arguments: [
        usageChunk(), #"{"usage":\#(usage(3, 2)),"choices":[]}"#,
        #"{ "choices" : [ ] , "usage" : \#(usage(3, 2)) }"#,
        #"{"id":"c","choices":[],"usage":\#(usage(3, 2)),"obfuscation":"x"}"#,
    ])
    func `the chunk that is there for the usage alone is taken out with its empty line`(data: String) throws {
        let stream = events(chunk("a"), data, "[DONE]")
        let whole = Passed(stream)

        #expect(whole.output == events(chunk("a"), "[DONE]"))
        #expect(whole.usage == relayed(usage(3, 2)))
        #expect(whole.usage.isExact)
        for piece in Passed.inPieces(stream) { #expect(piece == whole) }
        let asked = Passed(stream, removesUsage: false)
        #expect(asked.output == stream)
        #expect(asked.usage == whole.usage)
    }

    @Test(arguments: ["\r", "\r\n"])
    func `it is taken out whatever ends its lines`(end: String) {
        let stream = events(chunk("a"), usageChunk(), chunk("b"), "[DONE]", end: end)
        let rest = events(chunk("a"), chunk("b"), "[DONE]", end: end)

        #expect(Passed(stream).output == rest)
        for piece in Passed.inPieces(stream) {
            #expect(piece.isDone)
            #expect(piece.output == rest)
        }
    }

    @Test(arguments: [
        ([chunk("a"), chunk("b", #","x_groq":{"id":"r","usage":\#(usage(7, 1))}"#)], 7, 1),
        ([#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":\#(usage(8, 4))}]}"#], 8, 4),
        ([chunk("a", #","usage":\#(usage(3, 1))"#), chunk("b", #","usage":\#(usage(3, 2))"#)], 3, 2),
        ([chunk("a", #","usage":\#(usage(3, 1))"#), chunk("b", #","usage":null"#)], 3, 1),
        ([usageChunk(5, 6), chunk("b")], 5, 6), ([usageChunk(5, 6), usageChunk(5, 0)], 5, 0),
        ([#"{"usage":{"prompt_tokens":9,"completion_tokens":4}}"#], 9, 4),
        ([#"{"usage" : { "completion_tokens" : 4, "prompt_tokens" : 9 , "x" : {"y":"}"} } }"#], 9, 4),
    ])
    func `the last usage that is said counts, wherever it stands`(
        data: [String],
        prompt: Int,
        completion: Int
    ) {
        let stream = data.map { events($0) }.joined() + events("[DONE]")
        for passed in [Passed(stream)] + Passed.inPieces(stream, removesUsage: false) {
            #expect(passed.usage.promptTokens == prompt)
            #expect(passed.usage.completionTokens == completion)
            #expect(passed.usage.isExact)
        }
    }

    @Test(arguments: [
        ([], 0), ([chunk("12345678")], 8), ([chunk("1234"), chunk("5678"), chunk("9")], 9),
        ([chunk("Grüße 😀")], 7),
        ([#"{"choices":[{"text":"abc"}]}"#], 3), ([#"{"choices":[{"delta":{"refusal":"no"}}]}"#], 2),
        ([#"{"choices":[{"delta":{"reasoning_content":"abcd","content":"e"}}]}"#], 5),
        ([#"{"choices":[{"delta":{"reasoning":"abcd"}}]}"#], 4),
        ([#"{"choices":[{"delta":{"tool_calls":[{"function":{"name":"f","arguments":"{\"a\":1}"}}]}}]}"#], 7),
        ([#"{"choices":[{"delta":{"content":"\u00e9\ud83d\ude00\n"}}]}"#], 3),
        ([#"{"choices":[{"delta":{"content":null}}]}"#], 0),
        ([#"{"choices":[{"delta":{"content":"\ud83d"}}]}"#], 1),
        ([#"{"choices":[{"delta":{"content":[{"type":"text","text":"abc"}]}}]}"#], 3),
        ([#"{"choices":[{"delta":{"content":""}}],"usage":{}}"#], 0),
        ([#"{"choices":[],"usage":{"prompt_tokens":-1,"completion_tokens":2}}"#], 0),
        ([#"{"choices":[],"usage":{"prompt_tokens":1.5,"completion_tokens":2}}"#, chunk("ab")], 2),
    ])
    func `without usage a quarter of the scalars is guessed`(data: [String], characters: Int) {
        let stream = data.map { events($0) }.joined()
        for passed in [Passed(stream)] + Passed.inPieces(stream) {
            #expect(passed.usage == Usage(estimatedFromPrompt: 40, completion: characters))
            #expect(passed.usage.promptTokens == 10)
            #expect(!passed.usage.isExact)
        }
    }

    @Test(arguments: [
        (#"{"prompt_n":5,"predicted_n":7,"cache_n":2,"prompt_ms":1.5}"#, 7, 7, 2),
        (#"{"prompt_n":5,"predicted_n":7}"#, 5, 7, 0),
        (#"{"prompt_n":0,"predicted_n":0,"cache_n":-1}"#, 0, 0, 0),
    ])
    func `what llama.cpp has instead counts like usage`(
        timings: String,
        prompt: Int,
        completion: Int,
        cached: Int
    ) throws {
        let stream = events(chunk("a", #","timings":\#(timings)"#), "[DONE]")
        for passed in [Passed(stream)] + Passed.inPieces(stream) {
            #expect(passed.output == stream)
            #expect(passed.usage.promptTokens == prompt)
            #expect(passed.usage.completionTokens == completion)
            #expect(passed.usage.cachedTokens == cached)
            #expect(passed.usage.isExact)
        }
        #expect(!Passed(events(chunk("a", #","x":{"timings":\#(timings)}"#))).usage.isExact)
    }

    @Test func `usage without a count for the answer is that of embeddings`() throws {
        #expect(relayed(#"{"prompt_tokens":5,"total_tokens":5}"#)?.completionTokens == 0)
        #expect(relayed(#"{"prompt_tokens":5,"total_tokens":5}"#)?.isExact == true)
        #expect(relayed(usage(3, 2))?.totalTokens == 5)
        #expect(relayed("") == nil)
        let faults = [
            "null", "5", "[]", "{}", #"{"completion_tokens":1}"#, #"{"prompt_tokens":-1}"#,
            #"{"prompt_tokens":1000000001}"#, #"{"prompt_tokens":1,"completion_tokens":null}"#,
            #"{"prompt_tokens":1,"completion_tokens":-1}"#, #"{"prompt_tokens":"1"}"#,
        ]
        for fault in faults { #expect(relayed(fault) == nil) }
    }
}
