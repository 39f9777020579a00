import Testing

@testable import JSON

struct JSONWriterTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `members of every type are written in order`() {
        let bytes = JSONWriter.object {
            $0.member("string", "text")
            $0.member("int", -7)
            $0.member("double", 0.1)
            $0.member("bool", true)
            $0.memberNull("null")
            $0.member("raw", raw: Array("[1, 2]".utf8)[...])
            $0.member("object", object: { $0.member("a", false) })
            $0.member("array", array: { $0.element(1) })
            $0.member("quote\"", object: { _ in })
        }
        let expected =
            #"{"string":"text","int":-7,"double":0.1,"bool":true,"null":null,"raw":[1, 2],"#
            + #""object":{"a":false},"array":[1],"quote\"":{}}"#
        #expect(text(bytes) == expected)
    }

    @Test func `elements of every type are written in order`() {
        var writer = JSONWriter()
        writer.array {
            $0.element("text")
            $0.element(2)
            $0.element(1e300)
            $0.element(false)
            $0.elementNull()
            $0.element(raw: "0.50".utf8)
            $0.element(object: { $0.member("a", 1) })
            $0.element(array: { _ in })
            $0.object { _ in }
            $0.array { $0.element("z") }
        }
        #expect(text(writer.bytes) == #"["text",2,1e+300,false,null,0.50,{"a":1},[],{},["z"]]"#)
    }

    @Test func `an absent value is null`() {
        let bytes = JSONWriter.object {
            $0.member("a", nil as String?)
            $0.member("b", nil as Int?)
            $0.member("c", nil as Double?)
            $0.member("d", nil as Bool?)
            $0.member("e", Double.nan)
            $0.member("f", -Double.infinity)
        }
        #expect(text(bytes) == #"{"a":null,"b":null,"c":null,"d":null,"e":null,"f":null}"#)
    }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("a\"b\\c/", #""a\"b\\c/""#),
        ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#), ("\0\u{1F}\u{7F}", "\"\\u0000\\u001f\u{7F}\""),
        ("é☃😀", #""é☃😀""#), ("0123456789\n0123456789☃\"", #""0123456789\n0123456789☃\"""#),
        ("\u{85}\u{2028}\u{2029}", "\"\u{85}\u{2028}\u{2029}\""),
    ])
    func `a text is quoted`(value: String, quoted: String) throws {
        #expect(text(JSONWriter.quoted(value)) == quoted)
        #expect(try JSONDocument(parsing: JSONWriter.quoted(value)).root.string == value)
    }

    @Test(arguments: [
        ("a\u{85}b", #""a\u0085b""#), ("\u{2028}\u{2029}", #""\u2028\u2029""#),
        ("é\u{2027}\n", "\"é\u{2027}\\n\""),
        ("☃\u{2028}", #""☃\u2028""#), ("\u{A0}\u{2030}", "\"\u{A0}\u{2030}\""),
    ])
    func `line separators are escaped if asked`(value: String, quoted: String) throws {
        let bytes = JSONWriter.quoted(value, escapesLineSeparators: true)
        #expect(text(bytes) == quoted)
        #expect(try JSONDocument(parsing: bytes).root.string == value)
    }

    @Test func `line separators are escaped in names and raw values too`() {
        let bytes = JSONWriter.object(escapesLineSeparators: true) {
            $0.member("a\u{85}", raw: "[\"é\u{2028}\"]".utf8)
            $0.member("b", array: { $0.element("\u{2029}") })
        }
        #expect(text(bytes) == #"{"a\u0085":["é\u2028"],"b":["\u2029"]}"#)
    }

    @Test(arguments: [
        0, -0.0, 1, 0.1, 1e21, 1e-7, .leastNonzeroMagnitude, Double.greatestFiniteMagnitude, .pi,
    ])
    func `a double comes back the same`(double: Double) throws {
        let bytes = JSONWriter.object { $0.member("a", double) }
        let read = try #require(try JSONDocument(parsing: bytes).root["a"]?.double)
        #expect(read.bitPattern == double.bitPattern)
    }

    @Test(arguments: [0, -1, Int.max, Int.min])
    func `an int comes back the same`(int: Int) throws {
        let bytes = JSONWriter.object { $0.member("a", int) }
        #expect(try JSONDocument(parsing: bytes).root["a"]?.int == int)
    }
}
