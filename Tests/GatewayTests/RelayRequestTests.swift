import Gateway
import JSON
import Testing

struct RelayRequestTests {
    private func request(
        _ body: String,
        _ kind: RelayRequest.Kind = .chat,
        model: String = "m"
    ) throws -> RelayRequest {
        RelayRequest(try JSONDocument(parsing: Array(body.utf8)), kind, model: model)
    }

    @Test(arguments: [
        #"{"model":"m","messages":[]}"#, "{ \"model\" :\t\"m\" ,\n \"messages\" : [ ] }\r\n",
        #"{"model":"\u006d","n":1.50e0}"#,
        #"{"model":"m","stream":true,"stream_options":{"include_usage":false},"é":"\ud83d\u2028"}"#,
        #"{"messages":[{"role":"user","content":"\/"}],"unknown":{"a":[1,2,{}]},"model":"m"}"#,
        #"{"model":"m","stream":true,"stream_options":5}"#,
    ])
    func `a body in which nothing is to be changed stays as it came`(body: String) throws {
        #expect(try text(request(body).body(model: "m", asksForUsage: false)) == body)
    }

    @Test(arguments: [
        (#"{"model":"m"}"#, #"{"model":"gpt-4o"}"#),
        (#"{ "model" : "m" , "n" : 1.0 }"#, #"{ "model" : "gpt-4o" , "n" : 1.0 }"#),
        (#"{"model":"\u006d"}"#, #"{"model":"gpt-4o"}"#),
        (#"{"n":1,"model":"m"}"#, #"{"n":1,"model":"gpt-4o"}"#),
        (#"{"model":"x","model":"m"}"#, #"{"model":"gpt-4o","model":"gpt-4o"}"#),
        (#"{"a":{"model":"m"},"model":"m"}"#, #"{"a":{"model":"m"},"model":"gpt-4o"}"#),
    ])
    func `only the name of the model is replaced`(body: String, after: String) throws {
        #expect(try text(request(body).body(model: "gpt-4o", asksForUsage: false)) == after)
    }

    @Test func `a name is quoted`() throws {
        let body = try request(#"{"model":"m"}"#).body(model: "a\"\\\n😀", asksForUsage: false)

        #expect(try json(text(body))["model"]?.string == "a\"\\\n😀")
    }

    @Test(arguments: [
        (#"{"model":"m"}"#, #"{"model":"m","stream_options":{"include_usage":true}}"#),
        (#"{"stream_options":null,"model":"m"}"#, #"{"stream_options":{"include_usage":true},"model":"m"}"#),
        (#"{"model":"m","stream_options":{}}"#, #"{"model":"m","stream_options":{"include_usage":true}}"#),
        (
            #"{"model":"m", "stream_options": {"x": 1} }"#,
            #"{"model":"m", "stream_options": {"x": 1,"include_usage":true} }"#
        ),
        (
            #"{"stream_options":{"include_usage":false,"x":1}}"#,
            #"{"stream_options":{"include_usage":true,"x":1}}"#
        ),
        (#"{"stream_options":{"include_usage":null}}"#, #"{"stream_options":{"include_usage":true}}"#),
        (#"{"stream_options":{"include_usage":true}}"#, #"{"stream_options":{"include_usage":true}}"#),
        (
            #"{"a":{"stream_options":{}}}"#,
            #"{"a":{"stream_options":{}},"stream_options":{"include_usage":true}}"#
        ),
    ])
    func `the usage is asked for, and all else stays`(body: String, after: String) throws {
        #expect(try text(request(body).body(model: "m", asksForUsage: true)) == after)
    }

    @Test func `model and usage are changed at once`() throws {
        let body = try request(#"{"stream":true,"model":"m","n":1}"#).body(model: "x", asksForUsage: true)

        #expect(text(body) == #"{"stream":true,"model":"x","n":1,"stream_options":{"include_usage":true}}"#)
    }

    @Test(arguments: [
        ("{}", false), (#"{"stream_options":null}"#, false), (#"{"stream_options":{}}"#, false),
        (#"{"stream_options":{"include_usage":true}}"#, true),
        (#"{"stream_options":{"include_usage":false}}"#, false),
        (#"{"stream_options":{"include_usage":null}}"#, false), (#"{"stream_options":{"x":true}}"#, false),
        (#"{"stream_options":{"include_usage":false,"include_usage":true}}"#, true),
        (#"{"include_usage":true}"#, false),
        // Whoever answers is to refuse these as they are.
        (#"{"stream_options":true}"#, true), (#"{"stream_options":"x"}"#, true),
        (#"{"stream_options":[]}"#, true),
    ])
    func `the client wants the usage if it says so`(body: String, wants: Bool) throws {
        #expect(try request(body).wantsUsage == wants)
    }

    @Test(arguments: [
        ("{}", false), (#"{"stream":true}"#, true), (#"{"stream":false}"#, false),
        (#"{"stream":null}"#, false),
        (#"{"stream":"true"}"#, false), (#"{"stream":1}"#, false), (#"{"stream":false,"stream":true}"#, true),
    ])
    func `a stream is asked for by true alone`(body: String, streams: Bool) throws {
        #expect(try request(body).streams == streams)
    }

    @Test(arguments: [
        ("{}", nil), (#"{"max_tokens":5}"#, 5), (#"{"max_completion_tokens":7}"#, 7),
        (#"{"max_tokens":5,"max_completion_tokens":7}"#, 7),
        (#"{"max_tokens":5,"max_completion_tokens":null}"#, 5),
        (#"{"max_tokens":0}"#, nil), (#"{"max_tokens":-1}"#, nil), (#"{"max_tokens":"5"}"#, nil),
        (#"{"max_tokens":5.5}"#, nil),
        (#"{"max_tokens":1e3}"#, nil), (#"{"max_tokens":99999999999999999999}"#, nil),
        (#"{"max_tokens":null}"#, nil),
        (#"{"max_tokens":9223372036854775807}"#, Int.max), (#"{"max_tokens":[5]}"#, nil),
    ])
    func `the longest answer is a whole number above 0`(body: String, tokens: Int?) throws {
        #expect(try request(body).maxTokens == tokens)
    }

    @Test(arguments: [
        ("{}", 1), (#"{"n":3}"#, 3), (#"{"n":0}"#, 1), (#"{"n":-5}"#, 1), (#"{"n":null}"#, 1),
        (#"{"n":"3"}"#, 1),
        (#"{"n":2.0}"#, 1), (#"{"n":1e1}"#, 1), (#"{"n":99999999999999999999}"#, 1), (#"{"n":128}"#, 128),
    ])
    func `one answer is wanted at least`(body: String, choices: Int) throws {
        #expect(try request(body).choices == choices)
    }

    struct Prompt: Sendable {
        let kind: RelayRequest.Kind
        let body: String
        let characters: Int

        init(_ kind: RelayRequest.Kind, _ body: String, _ characters: Int) {
            (self.kind, self.body, self.characters) = (kind, body, characters)
        }
    }

    static let prompts = [
        Prompt(.chat, "{}", 0), Prompt(.chat, #"{"messages":5}"#, 0),
        Prompt(.chat, #"{"messages":[5,null,{}]}"#, 0),
        Prompt(.chat, #"{"messages":[{"content":"Grüße 😀"},{"content":"abc"}]}"#, 10),
        Prompt(.chat, #"{"messages":[{"content":"\u00e9\ud83d\ude00"}]}"#, 2),
        Prompt(.chat, #"{"messages":[{"content":[{"type":"text","text":"abc"},{"type":"image_url"}]}]}"#, 3),
        Prompt(.chat, #"{"messages":[{"content":null,"tool_calls":[{}]}]}"#, 4),
        Prompt(.chat, #"{"messages":[{"content":"ab"}],"tools":[{"a":1}]}"#, 11),
        Prompt(.chat, #"{"prompt":"abc"}"#, 0),
        Prompt(.completion, "{}", 0), Prompt(.completion, #"{"prompt":"abc"}"#, 3),
        Prompt(.completion, #"{"prompt":null}"#, 0),
        Prompt(.completion, #"{"prompt":["abc","de"]}"#, 5), Prompt(.completion, #"{"prompt":[1,2,3]}"#, 12),
        Prompt(.completion, #"{"prompt":[[1,2],[3]]}"#, 12),
        Prompt(.completion, #"{"prompt":[[],{},null,true,"a"]}"#, 1),
        Prompt(.completion, #"{"prompt":{"a":"b"}}"#, 0), Prompt(.completion, #"{"input":"abc"}"#, 0),
        Prompt(.embedding, #"{"input":"abc"}"#, 3), Prompt(.embedding, #"{"input":["abc","é"]}"#, 4),
        Prompt(.embedding, #"{"input":[1,2]}"#, 8), Prompt(.embedding, #"{"prompt":"abc"}"#, 0),
        Prompt(.embedding, "{}", 0),
    ]

    @Test(arguments: prompts)
    func `the texts of a request are counted by its kind`(row: Prompt) throws {
        #expect(try request(row.body, row.kind).promptCharacters == row.characters)
    }

    @Test(arguments: ["[]", "5", #""x""#, "null", "[{\"model\":\"m\"}]"])
    func `what is no object asks for nothing`(body: String) throws {
        let request = try request(body)

        #expect(!request.streams)
        #expect(!request.wantsUsage)
        #expect(request.maxTokens == nil)
        #expect(request.choices == 1)
        #expect(request.promptCharacters == 0)
        #expect(text(request.body(model: "x", asksForUsage: true)) == body)
    }

    @Test func `each kind is asked for at its own place`() {
        let kinds: [RelayRequest.Kind] = [.chat, .completion, .embedding]

        #expect(kinds.map(\.path) == ["/chat/completions", "/completions", "/embeddings"])
    }

    @Test(arguments: [
        (#"{"model":"x","model":"m"}"#, #"{"model":"m","model":"m"}"#),
        (#"{"model":"m","Model":"x"}"#, #"{"model":"m"}"#),
        (#"{"MODEL":"x", "model":"m","a":1}"#, #"{"model":"m","a":1}"#),
        (#"{"model":"m","modem":"x","a":{"Model":"x"}}"#, #"{"model":"m","modem":"x","a":{"Model":"x"}}"#),
    ])
    func `nobody finds another model in it than the one that was checked`(body: String, sent: String) throws {
        #expect(try text(request(body).body(model: "m", asksForUsage: false)) == sent)
    }
}
