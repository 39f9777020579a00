import Gateway
import Testing

struct RelayedErrorTests {
    private func relayed(_ status: Int, _ body: String = "") -> RelayedError {
        RelayedError(status: status, body: Array(body.utf8), of: "p")
    }

    @Test(arguments: [401, 403, 407])
    func `that our credential is refused is nothing for the client`(status: Int) {
        let relayed = relayed(status, #"{"error":{"message":"Incorrect API key provided: sk-abc"}}"#)

        #expect(!relayed.isVerbatim)
        #expect(
            relayed.error
                == .providerFailed("p", reason: "it refuses this gateway's API key (status \(status))")
        )
    }

    @Test(arguments: [400, 402, 404, 408, 409, 413, 422, 429, 499, 500, 502, 503, 529, 599])
    func `any other error is told in the provider's words`(status: Int) {
        let relayed = relayed(status, #"{"error":{"message":"no","type":"x"}}"#)

        #expect(relayed.isVerbatim)
        #expect(relayed.error == .providerAnswered("p", status: status, reason: "no"))
    }

    @Test(arguments: [
        ("", false, "no more is known"), ("<html>502</html>", false, "no more is known"),
        ("[]", false, "no more is known"),
        (#""no""#, false, "no more is known"), ("{}", true, "no more is known"),
        (#"{"error":null}"#, true, "no more is known"),
        (#"{"error":"no"}"#, true, "no"), (#"{"error":{"code":5}}"#, true, #"{"code":5}"#),
        (#"{"error":{"message":""}}"#, true, "no more is known"),
        (#"{"error":{"message":"no"}"#, false, "no more is known"),
    ])
    func `words are passed on if they are a JSON object`(body: String, isVerbatim: Bool, reason: String) {
        let relayed = relayed(500, body)

        #expect(relayed.isVerbatim == isVerbatim)
        #expect(relayed.error == .providerAnswered("p", status: 500, reason: reason))
    }

    @Test(arguments: [201, 204, 206, 299, 301, 302, 304, 307, 399, 600, 999])
    func `a status that is neither an answer nor an error is a failure`(status: Int) {
        let relayed = relayed(status, #"{"error":{"message":"no"}}"#)

        #expect(!relayed.isVerbatim)
        #expect(relayed.error == .providerFailed("p", reason: "it answered with status \(status)"))
    }

    @Test(arguments: [
        (400, #"{"error":"unknown field stream_options"}"#, true), (422, "stream_options", true),
        (400, "stream_option", false), (400, "", false), (400, "stream options", false),
        (400, "xstream_options", true),
        (400, "stream_stream_options.include_usage", true), (400, "stream_option stream_options", true),
        (200, "stream_options", false), (404, "stream_options", false), (500, "stream_options", false),
    ])
    func `that the usage cannot be asked for is seen in the words`(status: Int, body: String, refuses: Bool) {
        #expect(RelayedError.refusesStreamOptions(status, Array(body.utf8)) == refuses)
    }
}
