import Testing

@testable import HTTP

struct PercentEncodingTests {
    @Test(arguments: [
        ("", ""), ("gpt-4o", "gpt-4o"), ("azAZ09-._~", "azAZ09-._~"), ("a/b", "a%2Fb"), ("a b", "a%20b"),
        ("a%2Fb", "a%252Fb"), ("a+b", "a%2Bb"), ("?#[]@", "%3F%23%5B%5D%40"),
        ("!$&'()*,;=:", "%21%24%26%27%28%29%2A%2C%3B%3D%3A"),
        ("\0\n\u{F}\u{10}\u{7F}", "%00%0A%0F%10%7F"), ("é", "%C3%A9"), ("😀", "%F0%9F%98%80"),
        ("`{|}^\\\"<>", "%60%7B%7C%7D%5E%5C%22%3C%3E"), ("\u{E1}", "%C3%A1"),
    ])
    func `a text becomes one segment of a path`(text: String, segment: String) {
        #expect(PercentEncoding.segment(text) == segment)
    }

    @Test func `a segment stands for its text`() {
        for scalar in (0...0x250).compactMap(UnicodeScalar.init) {
            let text = "a\(Character(scalar))b"
            let segment = PercentEncoding.segment(text)
            #expect(PercentEncoding.decoded(Array(segment.utf8)[...]) == text)
            #expect(segment.utf8.allSatisfy { ByteSet.token.contains($0) })
        }
    }
}
