import Gateway
import JSON
import Testing

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
            #","format":{"type":"object"},"tools":[{"type":"function","function":{"name":"f"}}]"#,
            #"\#(hi),"stream":true,"max_tokens":2048,"temperature":0.7,"response_format":{"type":"json_schema","#
                + #""json_schema":{"name":"answer","schema":{"type":"object"}}},"tools":[{"type":"function","function":{"name":"f"}}],"#
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
