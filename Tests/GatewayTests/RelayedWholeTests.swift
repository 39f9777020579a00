import Gateway
import Testing

struct RelayedWholeTests {
    private func whole(_ body: String) throws -> RelayedWhole {
        try #require(RelayedWhole(Array(body.utf8)))
    }

    @Test(arguments: [
        (#"{"choices":[]}"#, nil), (#"{"choices":[{"finish_reason":"stop"}]}"#, "stop"),
        (#"{"choices":[{"finish_reason":"stop"},{"finish_reason":"length"}]}"#, "stop"),
        (#"{"choices":[{"finish_reason":null}]}"#, nil), (#"{"choices":[{"finish_reason":5}]}"#, nil),
        (#"{"choices":{"finish_reason":"x"}}"#, nil), ("{}", nil), (#"{"finish_reason":"x"}"#, nil),
    ])
    func `the reason is that of the first choice`(body: String, reason: String?) throws {
        #expect(try whole(body).finishReason == reason)
    }

    @Test(arguments: [
        (#"{"error":{"message":"no"}}"#, "no"), (#"{"error":"no"}"#, "no"), (#"{"error":{}}"#, "{}"),
        (#"{"error":null,"choices":[]}"#, nil), (#"{"error":false}"#, nil),
        (#"{"choices":[{"error":"x"}]}"#, nil),
    ])
    func `an error is seen though the status is right`(body: String, error: String?) throws {
        #expect(try whole(body).error == error)
    }

    @Test(arguments: [
        (#"{"usage":\#(usage(3, 2))}"#, 3, 2),
        (#"{"choices":[{"message":{"content":"x"}}],"usage":\#(usage(3, 0))}"#, 3, 0),
        (#"{"data":[],"usage":{"prompt_tokens":5,"total_tokens":5}}"#, 5, 0),
        (#"{"usage":null,"usage":\#(usage(1, 1))}"#, 1, 1),
    ])
    func `the usage is that which is said`(body: String, prompt: Int, completion: Int) throws {
        let usage = try whole(body).usage(promptCharacters: 400)

        #expect(usage.promptTokens == prompt)
        #expect(usage.completionTokens == completion)
        #expect(usage.isExact)
    }

    @Test(arguments: [
        ("{}", 0), (#"{"choices":[]}"#, 0), (#"{"choices":[{"message":{"content":"12345678"}}]}"#, 8),
        (#"{"choices":[{"message":{"content":"Grüße 😀"}},{"message":{"content":"a"}}],"usage":null}"#, 8),
        (#"{"choices":[{"text":"abcd"}],"usage":{}}"#, 4),
        (#"{"choices":[{"message":{"content":null}}],"usage":5}"#, 0),
        (#"{"choices":[{"message":{"content":null,"tool_calls":[{"arguments":"{}"}]}}]}"#, 2),
        (#"{"choices":[5,null]}"#, 0),
        (
            #"{"choices":[{"message":{"content":"\u00e9\n"}}],"usage":{"prompt_tokens":-1,"completion_tokens":1}}"#,
            2
        ),
    ])
    func `without one a quarter of the scalars is guessed`(body: String, characters: Int) throws {
        let usage = try whole(body).usage(promptCharacters: 40)

        #expect(usage == Usage(estimatedFromPrompt: 40, completion: characters))
    }

    @Test(arguments: ["", " ", "[]", "null", #""x""#, "{", "{}x", "<html>", "data: {}"])
    func `what is no JSON object is none of ours`(body: String) {
        #expect(RelayedWhole(Array(body.utf8)) == nil)
    }

    /// Looking to the end of each for itself would take hours.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (#"{"usage":"#, "{}", "}"), (#"{"timings":1,"#, "}", ""), (#"{"timings":"#, "{}", "}"),
        ]
    )
    func `no body takes long`(start: String, middle: String, end: String) {
        let count = 200_000
        let first = start.hasSuffix(",") ? start : String(repeating: start, count: count)
        let rest =
            start.hasSuffix(",") ? String(repeating: String(start.dropFirst()), count: count) + #""a":1"# : ""
        _ = RelayedWhole(Array((first + rest + middle + String(repeating: end, count: count)).utf8))
    }
}
