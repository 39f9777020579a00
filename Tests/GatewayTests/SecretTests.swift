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

    @Test func `a digest is SHA-256 in hexadecimal`() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(Secret("abc".utf8).digest == expected)
        #expect(Secret("abc".utf8) == Secret("abc".utf8))
        #expect(Secret("abc".utf8) != Secret("abd".utf8))
    }
}
