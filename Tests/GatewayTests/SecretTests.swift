import Gateway
import Testing

struct SecretTests {
    @Test func `a secret never prints`() {
        let secret = Secret("gh-abc".utf8)
        var dumped = ""
        dump(secret, to: &dumped)
        #expect("\(secret)" == "<redacted>")
        #expect(String(reflecting: secret) == "<redacted>")
        #expect(!dumped.contains("103") && !dumped.contains("gh-abc"))
        #expect("\([secret])" == "[<redacted>]")
    }

    @Test func `a new key is gh- and 43 URL-safe characters`() {
        let keys = (0..<100).map { _ in text(Secret.generate().bytes) }
        #expect(Set(keys).count == 100)
        for key in keys {
            #expect(key.hasPrefix("gh-"))
            #expect(key.utf8.count == 46)
            #expect(key.wholeMatch(of: /gh-[A-Za-z0-9_-]{43}/) != nil)
        }
    }

    @Test(arguments: [
        ("changeme", true), ("Sk-Test", true), ("only-nineteen-chars", true),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true),
        ("abababababababababababab1234", true), ("correct horse battery staple", false),
    ])
    func `a key that can be guessed is called weak`(key: String, isWeak: Bool) {
        #expect((Secret(key.utf8).weakness != nil) == isWeak)
    }

    @Test func `a new key is not weak, and a common one is known by its digest`() {
        #expect(Secret.generate().weakness == nil)
        #expect(Secret.isCommon(digest: Secret("changeme".utf8).digest.uppercased()))
        #expect(!Secret.isCommon(digest: Secret.generate().digest))
    }

    @Test func `a digest is SHA-256 in hexadecimal`() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(Secret("abc".utf8).digest == expected)
        #expect(Secret("abc".utf8) == Secret("abc".utf8))
        #expect(Secret("abc".utf8) != Secret("abd".utf8))
    }
}
