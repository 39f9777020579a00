import TOML
import Testing

@Suite
struct TOMLTableTests {
    @Test
    func `keys keep their order and know their places`() throws {
        let text = """
            b = 1
              "ä" = [2,
            3]
            [t]
            d.e = "x"
            """

        let (table, faults) = TOMLTable.parse(Array(text.utf8))

        #expect(faults == [])
        #expect(table.entries.map(\.key) == ["b", "ä", "t"])
        #expect(table.entries.map(\.keyPosition) == [place(1, 1), place(2, 3), place(4, 2)])
        #expect(table.entries.map(\.value.position) == [place(1, 5), place(2, 9), place(4, 1)])
    }

    @Test
    func `a column counts scalars, not bytes`() throws {
        let (table, _) = TOMLTable.parse(Array("k = [\"äöü\", 1]".utf8))

        let value = try #require(table["k"])
        guard case .array(let values) = value.kind else {
            Issue.record("not an array")
            return
        }
        #expect(values.map(\.position) == [place(1, 6), place(1, 13)])
    }

    @Test
    func `one parse reports every line that is wrong`() {
        let text = """
            a = 01
            b = 2
            c = "x
            [t
            a = 3
            [u]
            d = nope # comment
            """

        let (table, faults) = TOMLTable.parse(Array(text.utf8))

        #expect(faults.map(\.position) == [place(1, 5), place(3, 5), place(4, 3), place(7, 5)])
        #expect(table.entries.map(\.key) == ["b", "u"])
    }

    @Test
    func `keys that look alike but differ in their scalars are two keys`() {
        let (table, faults) = TOMLTable.parse(Array("\"\u{E9}\" = 1\n\"e\u{301}\" = 2".utf8))

        #expect(faults == [])
        #expect(table.entries.count == 2)
    }

    @Test(arguments: [
        ("a = 1\na = 2", 2, 1, "'a' is defined already (line 1)"),
        ("a = 1\n[a]", 2, 2, "'a' is defined already (line 1)"),
        ("[a.b]\n[a.b]", 2, 4, "'a.b' is defined already (line 1)"),
        ("a = 1\na.b = 2", 2, 1, "'a' cannot be extended (defined in line 1)"),
        ("a = []\n[[a]]", 2, 3, "'a' cannot be extended (defined in line 1)"),
        ("[[a]]\n[a]", 2, 2, "'a' is defined already (line 1)"),
        ("a = {b = 1}\n[a.c]", 2, 2, "'a' cannot be extended (defined in line 1)"),
        ("= 1", 1, 1, "a key is missing; bare keys consist of letters, digits, '_' and '-'"),
        ("a", 1, 2, "'=' is missing after the key"),
        ("a =", 1, 4, "a value is missing"),
        ("a = 1 b = 2", 1, 7, "nothing but a comment may follow on this line"),
        ("a = \"x", 1, 5, "the string that begins here has no end"),
        ("a = 'x\n'", 1, 5, "the string that begins here has no end"),
        ("[a", 1, 3, "the table's header has no ']' at its end"),
        ("a = [1 2]", 1, 8, "',' or ']' is missing"),
        ("a = {b = 1 c = 2}", 1, 12, "',' or '}' is missing"),
        ("a = {b = 1,\nc = 2}", 1, 12, "an inline table must stand on one line"),
        ("a = {b = 1,}", 1, 11, "an inline table must not end with a comma"),
        ("\"\"\"a\"\"\" = 1", 1, 1, "a multi-line string cannot be a key"),
        ("a = \"x\\q\"", 1, 7, "unknown escape; write '\\\\' for a backslash"),
        ("a = \"\\ud800\"", 1, 6, "unknown escape; write '\\\\' for a backslash"),
        ("a = hello", 1, 5, "'hello' is not a value; strings need quotes"),
        ("a = 1__0", 1, 5, "'1__0' is not a valid number"),
        ("a = 9223372036854775808", 1, 5, "9223372036854775808 is too large for 64 bits"),
        ("a = 2025-02-29", 1, 5, "'2025-02-29' is not a valid date or time"),
        ("a = \"\u{1}\"", 1, 6, "control character 1 is not allowed here"),
        ("a = 1\rb = 2", 1, 6, "nothing but a comment may follow on this line"),
        ("# a\rb", 1, 4, "a carriage return must be followed by a line feed"),
    ])
    func `a fault names its place and its reason`(text: String, line: Int, column: Int, message: String)
        throws
    {
        let faults = TOMLTable.parse(Array(text.utf8)).faults

        let fault = try #require(faults.first)
        #expect(fault.position == place(line, column))
        #expect(fault.error.message == message)
    }

    @Test
    func `what is not UTF-8 is refused at its place`() {
        let faults = TOMLTable.parse(Array("a = 1\nb = \"ä".utf8) + [0xFF]).faults

        #expect(faults == TOMLTable.parse(Array("a = 1\nb = \"ä".utf8) + [0xFF, 0x22]).faults)
        #expect(faults.map(\.error) == [.invalidUTF8])
        #expect(faults.map(\.position) == [place(2, 7)])
    }

    @Test
    func `whatever is cut out of a text, parsing ends, with faults in order`() {
        let text = Array(
            "a.b = [1, {c = \"\\u00e4\"}, 07:32:00]\r\n[[t.\"k\"]] # c\nx = \"\"\"\\\n  ä\"\"\"\ny = -1e+3\n[t.k.u]"
                .utf8
        )

        for start in text.indices {
            for end in [start, start + 1, start + 5, text.count] where end <= text.count {
                let faults = TOMLTable.parse(Array(text[..<start]) + text[end...]).faults
                #expect(faults == faults.sorted { $0.position < $1.position })
            }
        }
    }

    @Test(arguments: ["[", "{a=", "a.", "[a."])
    func `deep nesting is refused, not followed`(unit: String) {
        let text =
            unit.contains(".")
            ? String(repeating: unit, count: 9_999) : "a = " + String(repeating: unit, count: 9_999)

        let faults = TOMLTable.parse(Array(text.utf8)).faults

        #expect(!faults.isEmpty)
    }

    @Test(arguments: [
        ("\"a\\\"b\\\\c\\n\\u0001\"", "\"a\\\"b\\\\c\\n\\u0001\""),
        ("'C:\\new'", "\"C:\\\\new\""),
        ("0xff", "255"),
        ("1e3", "1000.0"),
        ("-inf", "-inf"),
        ("1979-05-27 07:32:00Z", "1979-05-27 07:32:00Z"),
        ("[ 1, [ true ] ]", "[1, [true]]"),
        ("{ a.\"b c\" = 1 }", "{a = {\"b c\" = 1}}"),
        ("\"\"\"\na\\\n  b\"\"\"", "\"ab\""),
    ])
    func `a value is serialized on one line`(text: String, expected: String) throws {
        let value = try #require(TOMLTable.parse(Array("k = \(text)".utf8)).table["k"])

        #expect(value.serialized() == expected)
    }

    private func place(_ line: Int, _ column: Int) -> TOMLPosition {
        TOMLPosition(line: line, column: column)
    }
}
