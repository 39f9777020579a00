import Gateway
import JSON
import Testing

struct EchoTests {
    private func request(_ messages: String, _ rest: String = "") throws -> ChatRequest {
        try ChatRequest(openAI: Array(#"{"model":"echo","messages":\#(messages)\#(rest)}"#.utf8))
    }

    private func answer(_ request: ChatRequest) -> String {
        var encoder = AnswerEncoder(request: request, id: "x", startedAt: 0, profile: .default)
        let bytes = Echo.events(for: request).flatMap { encoder.encode($0, at: 0) }
        return text(bytes + encoder.finish(at: 0))
    }

    @Test(arguments: [
        (#"[{"role":"user","content":"one"}]"#, "one"),
        (
            #"[{"role":"user","content":"one"},{"role":"assistant","content":"x"},{"role":"user","content":"two"}]"#,
            "two"
        ),
        (#"[{"role":"user","content":"one"},{"role":"assistant","content":"x"}]"#, "one"),
        (
            #"[{"role":"user","content":[{"type":"text","text":"a "},{"type":"image_url","image_url":{"url":"u"}},{"type":"text","text":"b"}]}]"#,
            "a b"
        ),
        (#"[{"role":"system","content":"x"}]"#, ""),
        (#"[{"role":"user","content":"\u00e9\ud83d\ude00\n"}]"#, "é😀\n"),
    ])
    func `it answers with what the user said last`(messages: String, expected: String) throws {
        let body = try json(answer(request(messages)))
        let choice = try #require(body["choices"]?.elements.first)
        #expect(choice["message"]?["content"]?.string == expected)
        #expect(choice["message"]?["role"]?.string == "assistant")
        #expect(choice["finish_reason"]?.string == "stop")
        #expect(body["usage"]?["completion_tokens"]?.int == max(1, expected.unicodeScalars.count / 4))
    }

    @Test(arguments: [
        ("one two three", ["one ", "two ", "three"]), ("", [""]), ("  lead", ["  ", "lead"]),
        ("trail \n ", ["trail \n "]),
        ("a\t\nb", ["a\t\n", "b"]), ("é 😀\u{A0}x y", ["é ", "😀\u{A0}x ", "y"]), (" ", [" "]),
    ])
    func `it streams word by word and loses nothing`(said: String, words: [String]) throws {
        let content = text(JSONWriter.quoted(said))
        let request = try request(#"[{"role":"user","content":\#(content)}]"#, #","stream":true"#)
        let events = answer(request).split(separator: "\n\n")
        #expect(events.last == "data: [DONE]")
        let pieces = try events.dropLast().map {
            try json(String($0.dropFirst(6)))["choices"]?.elements.first?["delta"]?["content"]?.string ?? ""
        }
        #expect(pieces == words)
    }

    @Test func `it answers Ollama's clients too`() throws {
        let request = try ChatRequest(
            ollamaGenerate: Array(#"{"model":"echo","prompt":"a b","stream":false}"#.utf8)
        )
        #expect(try json(answer(request))["response"]?.string == "a b")
    }
}
