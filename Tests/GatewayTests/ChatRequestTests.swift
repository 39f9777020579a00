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
            #"{ "model":"m", "tools":[ {"type":"x", "a":2.50} ],"messages":[ {"content":"\u0041","role":"user"} ],"#
            + #""x":1E+2,"stream":true,"temperature":0.10,"top_p":null}"#
        let request = try ChatRequest(openAI: Array(body.utf8))
        #expect(
            invocation(request)
                == #"{"type":"model_invoke","id":"req-1","model":"real","#
                + #""messages":[ {"content":"\u0041","role":"user"} ],"stream":true,"max_tokens":2048,"#
                + #""temperature":0.10,"tools":[ {"type":"x", "a":2.50} ],"x":1E+2,"top_p":null,"session_id":"sess-1"}"#
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
        (#","max_tokens":20.0"#, 20),
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
        #"{"role":"assistant","content":null,"tool_calls":[{"function":{"name":"f"}}]}"#,
        #"{"role":"assistant","tool_calls":[]}"#,
        #"{"role":"assistant","content":"","tool_calls":null}"#,
        #"{"role":"assistant","content":null,"refusal":"no"}"#,
        #"{"role":"assistant","content":null,"function_call":{}}"#,
        #"{"role":"tool","content":"7","tool_call_id":"c"}"#,
        #"{"role":"developer","content":""}"#, #"{"role":"function","name":"f","content":"7"}"#,
        #"{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}}]}"#,
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
