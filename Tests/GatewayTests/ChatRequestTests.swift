import Config
import Gateway
import JSON
import Testing

struct ChatRequestTests {
    private func invocation(_ request: ChatRequest, row: Configuration.Model? = nil) -> String {
        text(request.invocation(id: "req-1", sessionID: "sess-1", model: "real", row: row))
    }

    @Test func `a request that says little gets the defaults`() throws {
        let request = try openAI()
        #expect(request.model == "m")
        #expect(!request.streams)
        #expect(!request.includesUsage)
        #expect(request.maxTokens == nil)
        #expect(request.residency == nil)
        #expect(request.dialect == .openai)
        #expect(request.promptCharacters == 2)
        #expect(
            invocation(request)
                == #"{"type":"model_invoke","id":"req-1","model":"real","messages":[{"role":"user","content":"Hi"}],"#
                + #""stream":false,"max_tokens":2048,"temperature":0.7,"session_id":"sess-1"}"#
        )
    }

    @Test func `the model's row says what the client does not`() throws {
        var row = Configuration.Model(name: "m")
        row.maxTokens = 5
        row.temperature = 0
        let frame = try json(invocation(openAI(), row: row))
        #expect(frame["max_tokens"]?.int == 5)
        #expect(frame["temperature"]?.double == 0)
        let asked = try json(invocation(openAI(#","max_tokens":7,"temperature":1e0"#), row: row))
        #expect(asked["max_tokens"]?.int == 7)
        #expect(asked["temperature"].map { text(Array($0.raw)) } == "1e0")
    }

    @Test func `the client's bytes survive`() throws {
        let body =
            #"{ "model":"m", "tools":[ {"b":1, "a":2.50} ],"messages":[ {"content":"\u0041","role":"user"} ],"#
            + #""x":1E+2,"stream":true,"temperature":0.10,"top_p":null}"#
        let request = try ChatRequest(openAI: Array(body.utf8))
        #expect(
            invocation(request)
                == #"{"type":"model_invoke","id":"req-1","model":"real","#
                + #""messages":[ {"content":"\u0041","role":"user"} ],"stream":true,"max_tokens":2048,"#
                + #""temperature":0.10,"tools":[ {"b":1, "a":2.50} ],"x":1E+2,"top_p":null,"session_id":"sess-1"}"#
        )
    }

    @Test func `a client cannot speak in our name`() throws {
        let request = try openAI(
            #","type":"cancel","id":"req-9","session_id":"s","\u0069d":"req-8","max_completion_tokens":3"#
        )
        let frame = try json(invocation(request))
        #expect(frame.members.map(\.name).filter { $0 == "id" }.count == 1)
        #expect(frame["type"]?.string == "model_invoke")
        #expect(frame["id"]?.string == "req-1")
        #expect(frame["session_id"]?.string == "sess-1")
        #expect(frame["max_tokens"]?.int == 3)
        #expect(frame["max_completion_tokens"] == nil)
    }

    @Test(arguments: [
        (#","max_tokens":8192"#, 8192), (#","max_tokens":1"#, 1), (#","max_completion_tokens":9"#, 9),
        (#","max_tokens":5,"max_completion_tokens":9"#, 9), (#","max_tokens":null"#, nil),
    ])
    func `either name limits the answer`(members: String, maxTokens: Int?) throws {
        #expect(try openAI(members).maxTokens == maxTokens)
    }

    @Test(arguments: [
        #","temperature":0"#, #","temperature":2"#, #","temperature":2.0"#, #","top_p":1.0,"n":1"#,
        #","stop":["a"]"#,
        #","frequency_penalty":-2,"presence_penalty":2.0"#, #","stream":null,"n":null,"stream_options":null"#,
        #","unknown":{"deep":[1]}"#, #","stream_options":{}"#, #","temperature":-0.0"#,
    ])
    func `what is allowed is accepted`(members: String) throws {
        #expect(try openAI(members).model == "m")
    }

    @Test(arguments: [
        #"{"role":"assistant","content":null,"tool_calls":[{}]}"#, #"{"role":"assistant","tool_calls":[]}"#,
        #"{"role":"assistant","content":"","tool_calls":null}"#,
        #"{"role":"assistant","content":null,"refusal":"no"}"#,
        #"{"role":"assistant","content":null,"function_call":{}}"#, #"{"role":"tool","content":"7"}"#,
        #"{"role":"developer","content":""}"#, #"{"role":"function","name":"f","content":"7"}"#,
        #"{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{}}]}"#,
        #"{"role":"\u0075ser","content":"Hi"}"#,
    ])
    func `a message of each kind is accepted`(message: String) throws {
        let body = #"{"model":"m","messages":[\#(message)]}"#
        #expect(try ChatRequest(openAI: Array(body.utf8)).model == "m")
    }

    @Test func `content is limited in characters, not bytes`() throws {
        for content in [String(repeating: "é", count: 100_000), String(repeating: #"\n"#, count: 100_000)] {
            let body = #"{"model":"m","messages":[{"role":"user","content":"\#(content)"}]}"#
            #expect(try ChatRequest(openAI: Array(body.utf8)).promptCharacters == 100_000)
        }
    }

    @Test func `a provider's model has no limits of ours`() throws {
        let body = Array(
            #"{"model":"m","messages":[{"role":"user","content":"a"}],"max_tokens":99999,"n":5}"#.utf8
        )
        #expect(try ChatRequest(openAI: body, limits: .upstream).maxTokens == 99999)
    }

    @Test(arguments: [
        (#""abc""#, 3), (#""""#, 0), (#""é😀""#, 2), (#""\u00e9\ud83d\ude00""#, 2), (#""\ud83d""#, 1),
        (#""\ude00\ud83d""#, 2), (#""\ud83d\ud83d\ude00""#, 2), (#""\\\"\/\n""#, 4), (#""\ud83dx\ude00""#, 3),
        (#"[{"type":"text","text":"ab"},{"type":"x"},{"type":"text","text":"c"}]"#, 3),
    ])
    func `characters are Unicode scalars`(content: String, count: Int) throws {
        let body =
            #"{"model":"m","messages":[{"role":"system","content":"12"},{"role":"user","content":\#(content)}]}"#
        #expect(try ChatRequest(openAI: Array(body.utf8)).promptCharacters == count + 2)
    }

    @Test(arguments: [
        (#","stream":true,"stream_options":{"include_usage":true}"#, true),
        (#","stream":true,"stream_options":{"include_usage":false}"#, false),
        (#","stream":true,"stream_options":{"include_usage":null}"#, false),
    ])
    func `a stream may be asked for its usage`(members: String, includesUsage: Bool) throws {
        #expect(try openAI(members).includesUsage == includesUsage)
    }
}

struct OllamaConversionTests {
    private func invocation(_ request: ChatRequest) throws -> String {
        let frame = text(request.invocation(id: "i", sessionID: "s", model: "m", row: nil))
        let start = #"{"type":"model_invoke","id":"i","model":"m","messages":"#
        #expect(frame.hasPrefix(start))
        return String(frame.dropFirst(start.count))
    }

    private static let hi = #"[{"role":"user","content":"Hi"}]"#

    @Test(arguments: [
        ("", #"\#(hi),"stream":true,"max_tokens":2048,"temperature":0.7,"session_id":"s"}"#),
        (
            #","stream":false"#,
            #"\#(hi),"stream":false,"max_tokens":2048,"temperature":0.7,"session_id":"s"}"#
        ),
        (
            #","options":{"num_predict":9,"temperature":0.50,"top_p":1,"seed":7,"stop":["a"],"top_k":4}"#,
            #"\#(hi),"stream":true,"max_tokens":9,"temperature":0.50,"top_p":1,"seed":7,"stop":["a"],"#
                + #""options":{"top_k":4},"session_id":"s"}"#
        ),
        (
            #","options":{"num_predict":-1}"#,
            #"\#(hi),"stream":true,"max_tokens":2048,"temperature":0.7,"session_id":"s"}"#
        ),
        (
            #","format":"json","keep_alive":"5m","think":true"#,
            #"\#(hi),"stream":true,"max_tokens":2048,"temperature":0.7,"#
                + #""response_format":{"type":"json_object"},"think":true,"session_id":"s"}"#
        ),
        (
            #","format":{"type":"object"},"tools":[{"type":"function"}]"#,
            #"\#(hi),"stream":true,"max_tokens":2048,"temperature":0.7,"response_format":{"type":"json_schema","#
                + #""json_schema":{"name":"answer","schema":{"type":"object"}}},"tools":[{"type":"function"}],"#
                + #""session_id":"s"}"#
        ),
        (
            #","format":"","temperature":99,"max_tokens":"x","n":5"#,
            #"\#(hi),"stream":true,"max_tokens":2048,"temperature":0.7,"session_id":"s"}"#
        ),
    ])
    func `a chat becomes OpenAI's`(members: String, expected: String) throws {
        #expect(try invocation(ollamaChat(members)) == expected)
    }

    @Test(arguments: [
        (#"{"role":"user","content":"a\u0041","x":1}"#, #"{"role":"user","content":"a\u0041","x":1}"#),
        (
            #"{"role":"user","content":"see","images":["/9j/x","iVBORw"]}"#,
            #"{"role":"user","content":[{"type":"text","text":"see"},"#
                + #"{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,/9j/x"}},"#
                + #"{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw"}}]}"#
        ),
        (
            #"{"role":"user","images":["R0lGODx","UklGRx"]}"#,
            #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/gif;base64,R0lGODx"}},"#
                + #"{"type":"image_url","image_url":{"url":"data:image/webp;base64,UklGRx"}}]}"#
        ),
        (
            #"{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{"a":"b"}}},{"function":{"name":"g"}}]},"#
                + #"{"role":"tool","content":"7","tool_name":"f"},{"role":"tool","content":"8"},"#
                + #"{"role":"tool","content":"9"}"#,
            #"{"role":"assistant","content":null,"tool_calls":[{"id":"call_0","type":"function","#
                + #""function":{"name":"f","arguments":"{\"a\":\"b\"}"}},"#
                + #"{"id":"call_1","type":"function","function":{"name":"g","arguments":"{}"}}]},"#
                + #"{"role":"tool","content":"7","name":"f","tool_call_id":"call_0"},"#
                + #"{"role":"tool","content":"8","tool_call_id":"call_1"},{"role":"tool","content":"9"}"#
        ),
        (
            #"{"role":"assistant","content":"","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]},"#
                + #"{"role":"tool","content":"7","tool_call_id":"c"}"#,
            #"{"role":"assistant","content":"","tool_calls":[{"id":"c","type":"function","#
                + #""function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"7","tool_call_id":"c"}"#
        ),
    ])
    func `a message becomes OpenAI's`(messages: String, expected: String) throws {
        let body = #"{"model":"m","messages":[\#(messages)]}"#
        let request = try ChatRequest(ollamaChat: Array(body.utf8))
        #expect(try invocation(request).hasPrefix("[\(expected)],\"stream\""))
    }

    @Test(arguments: [
        ("", #"[{"role":"user","content":"Hi"}],"stream":true"#),
        (
            #","system":"Be brief","stream":false"#,
            #"[{"role":"system","content":"Be brief"},{"role":"user","content":"Hi"}],"stream":false"#
        ),
        (
            #","images":["iVBO"],"context":[1,2],"raw":true,"template":"t","system":"""#,
            #"[{"role":"user","content":[{"type":"text","text":"Hi"},"#
                + #"{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]}],"stream":true"#
        ),
    ])
    func `a prompt becomes messages`(members: String, expected: String) throws {
        let rest = #","max_tokens":2048,"temperature":0.7,"session_id":"s"}"#
        #expect(try invocation(ollamaGenerate(members)) == expected + rest)
    }

    @Test(arguments: [
        (#"{"model":"m"}"#, ChatRequest.Residency.load), (#"{"model":"m","messages":[]}"#, .load),
        (#"{"model":"m","messages":null,"keep_alive":"5m"}"#, .load),
        (#"{"model":"m","keep_alive":-1}"#, .load),
        (#"{"model":"m","messages":[],"keep_alive":0}"#, .unload),
        (#"{"model":"m","keep_alive":"0"}"#, .unload),
        (#"{"model":"m","keep_alive":"0s"}"#, .unload),
    ])
    func `without words a model is loaded or unloaded`(body: String, residency: ChatRequest.Residency) throws
    {
        let chat = try ChatRequest(ollamaChat: Array(body.utf8))
        #expect(chat.residency == residency)
        #expect(
            try text(#require(chat.residencyAnswer(at: newYear)))
                == #"{"model":"m","created_at":"2026-01-01T00:00:00.000000000Z","#
                + #""message":{"role":"assistant","content":""},"done":true,"done_reason":"\#(residency.rawValue)"}"#
        )
        let generate = try ChatRequest(ollamaGenerate: Array(body.utf8))
        #expect(generate.residency == residency)
        #expect(
            try text(#require(generate.residencyAnswer(at: newYear)))
                == #"{"model":"m","created_at":"2026-01-01T00:00:00.000000000Z","response":"","#
                + #""done":true,"done_reason":"\#(residency.rawValue)"}"#
        )
    }

    @Test func `with words a model answers`() throws {
        #expect(try ollamaChat(#","keep_alive":0"#).residency == nil)
        #expect(try ollamaChat().residencyAnswer(at: 0) == nil)
        #expect(try ollamaGenerate().residency == nil)
        #expect(try ollamaGenerate(#","prompt":"","images":["x"]"#).residency == nil)
        #expect(try ollamaGenerate(#","prompt":"""#).residency == .load)
    }
}
