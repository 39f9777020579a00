import FoundationEssentials
import Log
import Testing

@Suite struct LogLineTests {
    @Test(arguments: [
        (LogLine.Value.text("plain"), "plain"), (.number(-7), "-7"), (.flag(true), "true"),
        (.flag(false), "false"),
        (.text(""), "\"\""), (.text("two words"), "\"two words\""), (.text("a\"b"), "\"a\\\"b\""),
        (.text("a\\b"), "\"a\\\\b\""), (.text("ü"), "\"ü\""), (.text("a=b"), "a=b"),
        (.init(UInt64.max), "9223372036854775807"),
    ])
    func `text has values bare where they are one plain word`(value: LogLine.Value, expected: String) {
        let written = Written()
        written.log.info("event", ["field": value])

        #expect(written.facts == ["info worker:0 \"event\" field=\(expected)"])
    }

    @Test(arguments: [
        (LogLine.Value.text("plain"), "\"plain\""), (.number(-7), "-7"), (.flag(true), "true"),
        (.text(""), "\"\""),
        (.text("a\"b\\"), "\"a\\\"b\\\\\""), (.text("ü"), "\"ü\""), (.text("a\tb"), "\"a\\u0009b\""),
    ])
    func `JSON has numbers and flags bare`(value: LogLine.Value, expected: String) throws {
        let written = Written(.json)
        written.log.info("event", ["field": value])
        let line = try #require(written.lines.first)

        #expect(
            line.hasSuffix(
                ",\"level\":\"info\",\"process\":\"worker:0\",\"event\":\"event\",\"field\":\(expected)}"
            )
        )
    }

    @Test func `a line begins with its time in UTC`() throws {
        let written = Written()
        written.log.info("event")
        let time = try #require(written.lines.first).prefix { $0 != " " }

        #expect(time.count == 24)
        #expect(time.hasPrefix("20"))
        #expect(time.hasSuffix("Z"))
    }

    @Test func `fields keep their order and an event needs none`() {
        let written = Written()
        written.log.info("started", ["pid": 1, "b": true, "a": "x"])
        written.log.warning("stopped")

        #expect(
            written.facts == ["info worker:0 \"started\" pid=1 b=true a=x", "warning worker:0 \"stopped\""]
        )
    }

    @Test(
        arguments: [
            "\n", "\r", "\r\n", "\u{0}", "\u{1b}[2J", "\u{8}", "\u{7f}", "\n2026-01-01T00:00:00.000Z error x",
        ],
        [LogLine.Format.text, .json]
    )
    func `what is logged cannot begin a line of its own`(text: String, format: LogLine.Format) {
        let written = Written(format)
        written.log.info("event", ["field": .text(text)])
        written.log.info("\(text)")

        #expect(written.lines.count == 2)
        #expect(written.bytes.allSatisfy { $0 == 10 || $0 >= 32 && $0 != 127 })
    }

    @Test(arguments: ["\u{85}", "\u{9b}2J", "\u{2028}", "\u{2029}"], [LogLine.Format.text, .json])
    func `nor does it hold what some readers take for a line's end or a terminal's command`(
        text: String,
        format: LogLine.Format,
    ) {
        let written = Written(format)
        written.log.info("event", ["field": .text(text)])

        #expect(!String(decoding: written.bytes, as: UTF8.self).contains(text.prefix(1)))
    }

    @Test func `what a caller names is not looked into`() {
        let written = Written()
        written.log.info("event", ["token": "sk-secret"])

        #expect(written.facts == ["info worker:0 \"event\" token=sk-secret"])
    }

    @Test(arguments: [(8_192 - 43, false), (8_192 - 42, true), (100_000, true)], [LogLine.Format.text])
    func `a line has at most 8 KiB, its end included`(row: (count: Int, isCut: Bool), format: LogLine.Format)
    {
        let written = Written(format)
        written.log.info("e", ["f": .text(String(repeating: "x", count: row.count))])

        #expect(written.bytes.count == (row.isCut ? 8_192 : row.count + 43))
        #expect(written.bytes.last == 10)
        #expect(written.lines.count == 1)
    }

    @Test(arguments: 0..<4)
    func `a line is not cut inside a character`(shift: Int) {
        let written = Written()
        written.log.info(
            "e",
            ["f": .text(String(repeating: "x", count: shift) + String(repeating: "😀", count: 3_000))]
        )

        #expect(String(validating: written.bytes, as: UTF8.self) != nil)
    }

    @Test func `a line of JSON that was cut is JSON still`() throws {
        let written = Written(.json)
        written.log.info("e", ["f": .text(String(repeating: "x", count: 10_000)), "g": 1])
        let line = try #require(written.lines.first)

        #expect(throws: Never.self) { try JSONDecoder().decode([String: Either].self, from: Data(line.utf8)) }
    }

    @Test func `every JSON line can be parsed`() throws {
        let written = Written(.json)
        written.log.error(
            "a \"quoted\" \\ event\n",
            ["text": "\u{0}\u{1f}\u{7f}", "number": 7, "flag": false]
        )
        let line = try #require(written.lines.first)
        let members = try JSONDecoder().decode([String: Either].self, from: Data(line.utf8))

        #expect(members["event"]?.text == "a \"quoted\" \\ event\n")
        #expect(members["text"]?.text == "\u{0}\u{1f}\u{7f}")
        #expect(members["level"]?.text == "error")
        #expect(members.keys.sorted() == ["event", "flag", "level", "number", "process", "text", "ts"])
    }
}

/// A member that is a string or something else.
private struct Either: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
}
