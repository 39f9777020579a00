import HTTP
import Testing

struct FieldsTests {
    static func fields(_ lines: String) throws -> Fields {
        try #require(try requestHead(of: "GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n")).fields
    }

    @Test(arguments: ["x-name", "X-NAME", "X-Name"])
    func `names are compared in any case`(name: String) throws {
        let fields = try Self.fields("x-NAME: first\r\nX-name: second\r\nx-other: third")

        #expect(fields[name] == "first")
        #expect(fields.values(of: name) == ["first", "second"])
        #expect(fields.contains(name))
        #expect(fields.count == 4)
    }

    @Test(arguments: ["x-nam", "x-name1", "", "x_name", "x\rname", "é"])
    func `a name that is not there has no value`(name: String) throws {
        let fields = try Self.fields("x-NAME: first")

        #expect(fields[name] == nil)
        #expect(fields.bytes(of: name) == nil)
        #expect(fields.values(of: name) == [])
        #expect(!fields.contains(name))
    }

    @Test
    func `only letters are compared in any case`() throws {
        let fields = try Self.fields("x^y: a\r\nx~z: b\r\nx_w: c")

        #expect(fields["x~y"] == nil)
        #expect(fields["x^z"] == nil)
        #expect(fields["X_W"] == "c")
    }

    @Test(arguments: [
        ("X:", ""), ("X: ", ""), ("X: \t ", ""), ("X:a", "a"), ("X:  a\t", "a"), ("X: a  b ", "a  b"),
        ("X: a: b", "a: b"), ("X: \u{20AC}", "\u{20AC}"), ("X: ,", ","),
    ])
    func `white space around a value is not part of it`(line: String, value: String) throws {
        #expect(try Self.fields(line)["x"] == value)
    }

    @Test
    func `bytes that are not UTF-8 are kept as they are`() throws {
        let bytes = [UInt8]("GET / HTTP/1.0\r\nX: a".utf8) + [0xFF, 0x80] + [UInt8]("b\r\n\r\n".utf8)
        var parser = RequestParser(limits: HTTPLimits())
        var position = 0

        let event = try bytes.withUnsafeBytes { try parser.next($0, position: &position) }
        guard case .head(let head) = event else {
            Issue.record("no head")
            return
        }

        #expect(head.fields.bytes(of: "x").map { [UInt8]($0) } == [0x61, 0xFF, 0x80, 0x62])
        #expect(head.fields["x"] == "a\u{FFFD}\u{FFFD}b")
    }

    @Test(arguments: [
        ("a", true), ("B", true), ("c-d", true), ("e", true), ("c", false), ("d", false), ("", false),
        ("f g", true),
    ])
    func `tokens are found in lists over several lines`(token: String, isThere: Bool) throws {
        let fields = try Self.fields("X: a, b ,,\tC-D\r\nY: c\r\nx: ,e,f g")

        #expect(fields.contains("x", token: token) == isThere)
    }

    @Test
    func `all fields are handed out in order`() throws {
        let fields = try Self.fields("B: 1\r\na: 2")
        var strings: [String] = []
        var raw: [String] = []

        fields.forEach { strings.append("\($0)=\($1)") }
        fields.forEachRaw { name, value in
            raw.append(String(decoding: name, as: UTF8.self) + "=" + String(decoding: value, as: UTF8.self))
        }

        #expect(strings == ["Host=a", "B=1", "a=2"])
        #expect(raw == strings)
    }
}
