import Gateway
import Testing

struct SecretSearchTests {
    private func isFound(_ secret: String, in text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes { SecretSearch(secret.utf8).isFound(in: $0) }
    }

    @Test(arguments: ["a", "ab", "aab", "sk-0123", "abcabcabd", "\u{e9}x"])
    func `a secret is found wherever it stands`(secret: String) {
        for before in ["", "a", "ab", "aa", "sk-", "sk-012", "abcabc", String(repeating: "x", count: 300)] {
            for after in ["", "a", "b", secret, "0123456789"] {
                #expect(isFound(secret, in: before + secret + after))
            }
        }
    }

    @Test(arguments: [
        ("sk-0123", "sk-012"), ("sk-0123", "sk-012sk-01 23"), ("ab", "ba"), ("abcabd", "abcabcab"), ("a", ""),
        ("aab", "ababab"),
    ])
    func `a part of it is not it`(secret: String, text: String) {
        #expect(!isFound(secret, in: text))
    }

    @Test func `where there is none nothing shows it`() {
        #expect(!isFound("", in: "abc"))
    }
}
