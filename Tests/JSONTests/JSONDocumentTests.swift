import Testing

@testable import JSON

struct JSONDocumentTests {
    static let texts = [
        #"{"model":"gpt-4o","messages":[{"role":"user","content":"Gr\u00fc\u00dfe, ☃ 😀"}],"n":1.50e+3}"#,
        "\n { \"a\" : [ ] , \"b\" : { } , \"c\" : [ true , false , null ] , \"a\" : -0 }\r\n\t",
        #"["\"\\\/\b\f\n\r\t\ud83d\ude00",[[[]]],{"":{"":0}}]"#,
    ]

    @Test(arguments: texts)
    func `a text with no edits stays as it is`(text: String) throws {
        let document = try JSONDocument(parsing: Array(text.utf8))
        #expect(document.bytes == Array(text.utf8))
        #expect(document.replacing([]) == Array(text.utf8))
    }

    @Test(arguments: texts)
    func `every prefix is refused as incomplete`(text: String) {
        let whole = Array(text.utf8)
        let end = whole.lastIndex { $0 > 0x20 } ?? 0
        for length in 0...end {
            let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(whole[..<length])) }
            #expect(error == .incomplete(offset: length), "cut at \(length)")
        }
    }

    @Test(arguments: [
        ("[1,]", JSONError.expectedValue(offset: 3)),
        (#"{"a":1,}"#, .expectedName(offset: 7)),
        (#"{"a" 1}"#, .expectedColon(offset: 5)),
        (#"{"a":1 "b"}"#, .expectedCommaOrBrace(offset: 7)),
        ("[1 2]", .expectedCommaOrBracket(offset: 3)),
        ("[1}", .expectedCommaOrBracket(offset: 2)),
        ("[01]", .invalidNumber(offset: 1)),
        ("[-]", .invalidNumber(offset: 2)),
        ("[1.e1]", .invalidNumber(offset: 3)),
        ("[NaN]", .expectedValue(offset: 1)),
        (#"["\x"]"#, .invalidEscape(offset: 2)),
        (#"["\u12g4"]"#, .invalidEscape(offset: 2)),
        ("[\"a\tb\"]", .controlCharacter(offset: 3)),
        ("{} {}", .trailingText(offset: 3)),
        ("\u{FEFF}{}", .expectedValue(offset: 0)),
        ("", .incomplete(offset: 0)),
    ])
    func `a fault is named with its place`(text: String, error: JSONError) {
        #expect(throws: error) { try JSONDocument(parsing: Array(text.utf8)) }
    }

    @Test(arguments: [
        [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3, 0x28], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
        [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        [0xE2, 0x82, 0x22],
    ])
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        let text = Array("[\"0123456789".utf8) + bytes + Array("\"]".utf8)
        #expect(throws: JSONError.invalidUTF8(offset: 12)) { try JSONDocument(parsing: text) }
    }

    @Test(arguments: ["\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{10000}", "\u{10FFFF}"])
    func `the ends of each UTF-8 length are read`(text: String) throws {
        let document = try JSONDocument(parsing: Array("\"\(text)\"".utf8))
        #expect(document.root.string == text)
    }

    @Test(arguments: 0...40)
    func `a special byte is found at every place of a word`(length: Int) throws {
        let filler = String(repeating: "x", count: length)
        let document = try JSONDocument(parsing: Array("[\"\(filler)\",\"\(filler)é\\n\"]".utf8))
        #expect(document.root.elements.map(\.string) == [filler, filler + "é\n"])
        #expect(throws: JSONError.controlCharacter(offset: length + 1)) {
            try JSONDocument(parsing: Array("\"\(filler)\u{1F}!\"".utf8))
        }
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
    func `128 levels are read and 129 refused`(opening: String, closing: String) throws {
        func text(_ depth: Int) -> [UInt8] {
            let inner = opening == "[" ? "" : "0"
            let text = String(repeating: opening, count: depth) + inner
            return Array((text + String(repeating: closing, count: depth)).utf8)
        }
        _ = try JSONDocument(parsing: text(128))
        #expect(throws: JSONError.tooDeep(offset: 128 * opening.utf8.count)) {
            try JSONDocument(parsing: text(129))
        }
    }

    @Test func `many containers side by side are not deep`() throws {
        let text = "[" + Array(repeating: "[{}]", count: 1000).joined(separator: ",") + "]"
        #expect(try JSONDocument(parsing: Array(text.utf8)).root.elements.count == 1000)
    }
}
