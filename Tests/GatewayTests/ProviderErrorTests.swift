import Gateway
import JSON
import Testing

struct ProviderErrorTests {
    @Test(arguments: [
        (#"{"error":{"message":"no","code":1}}"#, "no"), (#"{"error":"no"}"#, "no"), (#"{"error":5}"#, "5"),
        (#"{"error":[1, 2]}"#, "[1, 2]"), (#"{"error":{"message":5}}"#, #"{"message":5}"#),
        (#"{"error":{}}"#, "{}"),
        (#"{"error":true}"#, "true"), (#"{"error":false}"#, nil), (#"{"error":null}"#, nil), ("{}", nil),
        ("[]", nil),
        (#"{"error":{"message":"\u00e9\n"}}"#, "é\n"),
        (#"{"error":{"message":null,"code":"x"}}"#, #"{"message":null,"code":"x"}"#),
        (#"{"error":1,"error":"last"}"#, "last"), (#"{"message":"no"}"#, nil),
    ])
    func `what an error says is its message, or the whole of it`(body: String, message: String?) throws {
        #expect(ProviderError.message(in: try json(body)) == message)
        #expect(Array(body.utf8).withUnsafeBytes { ProviderError.message(in: $0) } == message ?? "")
    }

    @Test(arguments: ["", "{", "<html>", "{\"error\":\"no\"}x"])
    func `what is no JSON says nothing`(body: String) {
        #expect(Array(body.utf8).withUnsafeBytes { ProviderError.message(in: $0) } == "")
    }

    @Test(arguments: ["x", "é", "😀", "e\u{301}"])
    func `no more than 500 scalars are repeated`(character: String) throws {
        let long = String(repeating: character, count: 600)
        for body in [
            #"{"error":"\#(long)"}"#, #"{"error":{"message":"\#(long)"}}"#, #"{"error":["\#(long)"]}"#,
        ] {
            let message = try #require(ProviderError.message(in: try json(body)))
            #expect(message.unicodeScalars.count == 500)
        }
    }
}
