import JSON
import Testing

@testable import Gateway

struct TextLengthTests {
    private static let marks = [
        "\u{E9}", "\u{20AC}", "\u{1F600}", #"\n"#, #"\""#, #"\\"#, #"\u0041"#, #"\ud83d\ude00"#, #"\ud83d"#,
        #"\ude00"#, #"\ud83dx\ude00"#, #"\ud83d\n\ude00"#, #"\ud83d\ud83d\ude00"#, "\u{7F}\u{80}",
    ]

    /// A lone half of a pair has no scalar of its own: it is read as U+FFFD, which is one as well.
    @Test(arguments: 0...40)
    func `the scalars are those of the text, wherever something else than ASCII stands`(length: Int) throws {
        for mark in [""] + Self.marks {
            for place in 0...length {
                let start = String(repeating: "a", count: place)
                let rest = String(repeating: "b", count: length - place)
                for text in ["\"\(start)\(mark)\(rest)\"", "\"\(start)\(mark)\(mark)\(rest)\""] {
                    let value = try json(text)
                    let string = try #require(value.string)
                    #expect(TextLength.scalars(of: value) == string.unicodeScalars.count)
                    #expect(
                        Array(text.utf8).withUnsafeBytes(TextLength.scalars) == string.unicodeScalars.count
                    )
                }
            }
        }
    }

    @Test(arguments: ["5", "null", "[\"a\"]", "{\"a\":\"b\"}", "true"])
    func `what is no string has none`(text: String) throws {
        #expect(TextLength.scalars(of: try json(text)) == 0)
    }
}
