import Gateway
import Testing

struct ChatRequestFaultTests {
    private static let long = String(repeating: "x", count: 100_001)

    /// Members of a body with a valid model and messages, and the parameters at fault.
    static let members: [(String, [String])] = [
        (#""model":"""#, ["model"]), (#""model":null"#, ["model"]), (#""model":7"#, ["model"]),
        (#""model":["m"]"#, ["model"]), (#""model":"\#(String(repeating: "m", count: 257))""#, ["model"]),
        (#""messages":[]"#, ["messages"]), (#""messages":null"#, ["messages"]),
        (#""messages":{}"#, ["messages"]),
        (#""messages":"Hi""#, ["messages"]), (#""messages":[7]"#, ["messages[0]"]),
        (#""messages":[null]"#, ["messages[0]"]), (#""messages":[[]]"#, ["messages[0]"]),
        (#""messages":[{}]"#, ["messages[0].role", "messages[0].content"]),
        (#""messages":[{"role":"missing content"}]"#, ["messages[0].role", "messages[0].content"]),
        (#""messages":[{"role":"user"}]"#, ["messages[0].content"]),
        (#""messages":[{"role":"user","content":null}]"#, ["messages[0].content"]),
        (#""messages":[{"role":"user","content":7}]"#, ["messages[0].content"]),
        (#""messages":[{"role":"user","content":{}}]"#, ["messages[0].content"]),
        (#""messages":[{"role":"user","content":true}]"#, ["messages[0].content"]),
        (#""messages":[{"role":"user","content":[]}]"#, ["messages[0].content"]),
        (#""messages":[{"role":"user","content":[7]}]"#, ["messages[0].content[0].type"]),
        (#""messages":[{"role":"user","content":[{"text":"a"}]}]"#, ["messages[0].content[0].type"]),
        (#""messages":[{"role":"user","content":[{"type":"text"}]}]"#, ["messages[0].content[0].text"]),
        (
            #""messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":7}]}]"#,
            ["messages[0].content[1].text"]
        ),
        (#""messages":[{"content":"Hi"}]"#, ["messages[0].role"]),
        (#""messages":[{"role":"invalid_role","content":"Hi"}]"#, ["messages[0].role"]),
        (#""messages":[{"role":"User","content":"Hi"}]"#, ["messages[0].role"]),
        (#""messages":[{"role":7,"content":"Hi"}]"#, ["messages[0].role"]),
        (#""messages":[{"role":"assistant"}]"#, ["messages[0].content"]),
        (#""messages":[{"role":"assistant","content":null}]"#, ["messages[0].content"]),
        (#""messages":[{"role":"assistant","content":null,"tool_calls":null}]"#, ["messages[0].content"]),
        (#""messages":[{"role":"assistant","content":"","tool_calls":{}}]"#, ["messages[0].tool_calls"]),
        (#""messages":[{"role":"user","content":null,"tool_calls":[]}]"#, ["messages[0].content"]),
        (#""messages":[{"role":"user","content":"a"},{"role":"x","content":"b"}]"#, ["messages[1].role"]),
        (#""messages":[{"role":"user","content":"\#(long)"}]"#, ["messages[0].content"]),
        (
            #""messages":[{"role":"user","content":[{"type":"text","text":"\#(long)"}]}]"#,
            ["messages[0].content"]
        ),
        (#""stream":"true""#, ["stream"]), (#""stream":1"#, ["stream"]), (#""max_tokens":0"#, ["max_tokens"]),
        (#""max_tokens":-1"#, ["max_tokens"]), (#""max_tokens":10000"#, ["max_tokens"]),
        (#""max_tokens":8193"#, ["max_tokens"]), (#""max_tokens":"5""#, ["max_tokens"]),
        (#""max_tokens":5.5"#, ["max_tokens"]), (#""max_tokens":5e-1"#, ["max_tokens"]),
        (#""max_tokens":99999999999999999999"#, ["max_tokens"]),
        (#""max_completion_tokens":0"#, ["max_completion_tokens"]),
        (#""max_completion_tokens":8193"#, ["max_completion_tokens"]),
        (#""temperature":-0.5"#, ["temperature"]),
        (#""temperature":3.0"#, ["temperature"]), (#""temperature":"0""#, ["temperature"]),
        (#""temperature":2.0001"#, ["temperature"]), (#""temperature":1e999"#, ["temperature"]),
        (#""top_p":-0.1"#, ["top_p"]), (#""top_p":1.5"#, ["top_p"]), (#""top_p":[]"#, ["top_p"]),
        (#""frequency_penalty":-2.1"#, ["frequency_penalty"]),
        (#""frequency_penalty":3"#, ["frequency_penalty"]),
        (#""presence_penalty":2.1"#, ["presence_penalty"]),
        (#""presence_penalty":true"#, ["presence_penalty"]),
        (#""n":0"#, ["n"]), (#""n":9"#, ["n"]), (#""n":"1""#, ["n"]), (#""n":1.5"#, ["n"]),
        (#""stream_options":true"#, ["stream_options"]), (#""stream_options":[]"#, ["stream_options"]),
        (#""stream_options":{"include_usage":1}"#, ["stream_options.include_usage"]),
        (#""messages":[{"role":"user","content":"Hi","name":7}]"#, ["messages[0].name"]),
        (#""messages":[{"role":"tool","content":"4"}]"#, ["messages[0].tool_call_id"]),
        (
            #""messages":[{"role":"assistant","tool_calls":[{"type":"function"}]}]"#,
            ["messages[0].tool_calls[0].function"]
        ),
        (
            #""messages":[{"role":"assistant","tool_calls":[{"function":{"name":"","arguments":{}}}]}]"#,
            ["messages[0].tool_calls[0].function.name", "messages[0].tool_calls[0].function.arguments"]
        ),
        (
            #""messages":[{"role":"user","content":[{"type":"image_url","image_url":"x"}]}]"#,
            ["messages[0].content[0].image_url.url"]
        ),
        (#""tools":{}"#, ["tools"]), (#""tools":[7]"#, ["tools[0].type"]),
        (#""tools":[{"type":"function"}]"#, ["tools[0].function"]),
        (
            #""tools":[{"type":"function","function":{"name":7,"description":7,"parameters":[]}}]"#,
            ["tools[0].function.name", "tools[0].function.description", "tools[0].function.parameters"]
        ),
        (#""tool_choice":"some""#, ["tool_choice"]), (#""tool_choice":7"#, ["tool_choice"]),
        (#""response_format":"json""#, ["response_format"]),
        (#""response_format":{"type":"xml"}"#, ["response_format.type"]),
        (#""response_format":{"type":"json_schema"}"#, ["response_format.json_schema"]),
        (
            #""response_format":{"type":"json_schema","json_schema":{"schema":7}}"#,
            ["response_format.json_schema.name", "response_format.json_schema.schema"]
        ),
        (#""stop":7"#, ["stop"]), (#""stop":["a",7]"#, ["stop"]),
        (#""stop":["a","b","c","d","e"]"#, ["stop"]),
        (#""logit_bias":[]"#, ["logit_bias"]), (#""logit_bias":{"50256":101}"#, ["logit_bias"]),
        (#""seed":1.5"#, ["seed"]), (#""top_logprobs":21"#, ["top_logprobs"]),
        (#""logprobs":1"#, ["logprobs"]),
        (#""parallel_tool_calls":"no""#, ["parallel_tool_calls"]), (#""user":7"#, ["user"]),
        (#""n":0,"top_p":9,"temperature":9,"model":"""#, ["model", "top_p", "temperature", "n"]),
    ]

    private func parse(_ form: ChatRequest.Form, _ body: String) throws(GatewayError) -> ChatRequest {
        switch form {
        case .openAI: try ChatRequest(openAI: Array(body.utf8))
        case .completion: try ChatRequest(completion: Array(body.utf8))
        case .ollamaChat: try ChatRequest(ollamaChat: Array(body.utf8))
        case .ollamaGenerate: try ChatRequest(ollamaGenerate: Array(body.utf8))
        }
    }

    private func parameters(_ form: ChatRequest.Form, _ body: String) throws(GatewayError) -> [String] {
        do throws(GatewayError) {
            _ = try parse(form, body)
            return []
        } catch {
            guard case .invalidFields(let faults) = error else { throw error }
            #expect(faults.allSatisfy { $0.message.hasPrefix("must") })
            return faults.map(\.parameter)
        }
    }

    @Test(arguments: members)
    func `every field at fault is named`(members: String, expected: [String]) throws {
        let valid = #""model":"m","messages":[{"role":"user","content":"Hi"}]"#
        let body = "{\(valid),\(members)}"
        #expect(try parameters(.openAI, body) == expected)
    }

    @Test func `an empty object lacks model and messages`() throws {
        #expect(try parameters(.openAI, "{}") == ["model", "messages"])
    }

    @Test func `a body of many faults names some of them`() throws {
        let messages = Array(repeating: "7", count: 10_000).joined(separator: ",")
        let body = #"{"model":"m","messages":[\#(messages)]}"#
        #expect(try parameters(.openAI, body).count == 32)
    }

    @Test(arguments: [
        "", " ", "{", "[]", "7", "null", "\"{}\"", "{\"model\":}", "{'model':1}", "{}{}", "\u{FEFF}{}",
        "{\"a\":1,}",
        "model=m", String(repeating: "[", count: 200),
    ])
    func `what is not a JSON object is refused as such`(body: String) {
        for form in [ChatRequest.Form.openAI, .ollamaChat, .ollamaGenerate] {
            #expect {
                try parse(form, body)
            } throws: { error in
                if case .notJSON? = error as? GatewayError { true } else { false }
            }
        }
    }

    @Test func `invalid UTF-8 is not JSON`() {
        #expect(throws: GatewayError.notJSON("invalid UTF-8 in a string at offset 10")) {
            try ChatRequest(openAI: Array(#"{"model":""#.utf8) + [0xFF] + Array(#""}"#.utf8))
        }
    }

    @Test(arguments: [
        (#""model":"""#, ["model"]), (#""stream":"no""#, ["stream"]), (#""messages":7"#, ["messages"]),
        (#""messages":[7]"#, ["messages[0]"]),
        (#""messages":[{"role":"x","content":"a"}]"#, ["messages[0].role"]),
        (#""messages":[{"role":"user"}]"#, ["messages[0].content"]),
        (#""messages":[{"role":"user","content":[]}]"#, ["messages[0].content"]),
        (#""messages":[{"role":"user","content":"\#(long)"}]"#, ["messages[0].content"]),
        (#""messages":[{"role":"user","content":"a","images":[7]}]"#, ["messages[0].images"]),
        (#""messages":[{"role":"user","content":"a","images":"x"}]"#, ["messages[0].images"]),
        (#""options":7"#, ["options"]), (#""options":{"num_predict":0}"#, ["options.num_predict"]),
        (#""options":{"num_predict":-3}"#, ["options.num_predict"]),
        (#""options":{"num_predict":8193}"#, ["options.num_predict"]),
        (#""options":{"temperature":-1}"#, ["options.temperature"]),
        (#""options":{"top_p":2}"#, ["options.top_p"]),
        (#""options":{"presence_penalty":"x"}"#, ["options.presence_penalty"]),
        (#""options":{"seed":"x"}"#, ["options.seed"]), (#""tools":[{}]"#, ["tools[0].type"]),
        (
            #""messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":{}}}]}]"#,
            ["messages[0].tool_calls[0].function.name"]
        ),
        (#""format":"xml""#, ["format"]),
        (#""format":7"#, ["format"]), (#""format":[]"#, ["format"]),
        (
            #""stream":0,"options":{"top_p":-1,"temperature":9}"#,
            ["stream", "options.top_p", "options.temperature"]
        ),
    ])
    func `a field of Ollama's at fault is named as Ollama has it`(members: String, expected: [String]) throws
    {
        let valid = #""model":"m","messages":[{"role":"user","content":"Hi"}]"#
        let body = "{\(valid),\(members)}"
        #expect(try parameters(.ollamaChat, body) == expected)
    }

    @Test(arguments: [
        (#""prompt":7"#, ["prompt"]), (#""system":[]"#, ["system"]), (#""images":"x""#, ["images"]),
        (#""images":[1]"#, ["images"]), (#""prompt":"\#(long)""#, ["prompt"]), (#""model":null"#, ["model"]),
    ])
    func `a field of generate at fault is named`(members: String, expected: [String]) throws {
        let body = "{\"model\":\"m\",\"prompt\":\"a\",\(members)}"
        #expect(try parameters(.ollamaGenerate, body) == expected)
    }
}
