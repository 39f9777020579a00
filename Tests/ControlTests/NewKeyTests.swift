import Gateway
import Testing

@testable import gatehousectl

@Suite struct NewKeyTests {
    private let key = NewKey(name: "ci", secret: Secret("gh-abc".utf8))
    private let digest = Secret("gh-abc".utf8).digest

    @Test func `the key is shown once, and its digest for the file`() {
        #expect(key.text.split(separator: "\n").first == "gh-abc")
        #expect(key.text.hasSuffix("[[auth.keys]]\nname = \"ci\"\nsha256 = \"\(digest)\""))
        #expect(key.json == #"{"name":"ci","key":"gh-abc","sha256":"\#(digest)"}"#)
    }

    @Test(arguments: [
        (["keys"], "keys needs new; see gatehousectl help keys"),
        (["keys", "old"], "keys has no use for 'old'"),
        (["keys", "new", "a", "b"], "keys has no use for 'b'"),
        (["keys", "new", "a b"], "NAME 'a b': must be a name that the configuration takes"),
    ])
    func `a wrong word is named`(words: [String], expected: String) {
        let error = #expect(throws: UsageError.self) { try CommandLineRequest(parsing: words) }
        #expect(error?.description == expected)
    }
}
