import Gateway
import JSON
import Testing

@Suite struct UsageRecordTests {
    static let whole = """
        {"v":1,"id":"req-00","at":1767225600000,"instance":"a1b2c3d4","request":"theirs","key":"ci",\
        "client":"127.0.0.1","session":"sess-1","dialect":"openai","provider":"echo","model":"asked","served":"other",\
        "phase":"closed","attempts":1,"prompt_tokens":12,"completion_tokens":34,"cached_tokens":5,"tool_tokens":6,"is_estimated":true,\
        "first_ms":12.345,"total_ms":45.6,"finish":"stop","outcome":"completed","error":"agent_error"}
        """

    @Test func `a record with all members reads and writes the same bytes`() throws {
        let record = try UsageRecord(parsing: Array(Self.whole.utf8))

        #expect(record.firstMicroseconds == 12_345)
        #expect(record.totalMicroseconds == 45_600)
        #expect(
            (record.promptTokens, record.completionTokens, record.cachedTokens, record.toolTokens) == (
                12, 34, 5, 6
            )
        )
        #expect(
            (record.request, record.key, record.served, record.error) == (
                "theirs", "ci", "other", "agent_error"
            )
        )
        #expect(record.outcome == .completed && record.isEstimated)
        #expect(String(decoding: record.serialized(), as: UTF8.self) == Self.whole)
    }

    @Test func `members that are nil are left out`() {
        let record = UsageRecord(opened: "r", at: 7, instance: "i", model: "m")

        #expect(
            String(decoding: record.serialized(), as: UTF8.self) == """
                {"v":1,"id":"r","at":7,"instance":"i","model":"m","phase":"opened","attempts":0,"prompt_tokens":0,\
                "completion_tokens":0,"cached_tokens":0,"tool_tokens":0,"is_estimated":false}
                """
        )
    }

    @Test(arguments: ["\"x\"", "[1, {\"a\":null}]", "1e400", "{\"a\" :\n1}"])
    func `unknown members of a later version are kept as they are spelled`(value: String) throws {
        let text = Self.whole.replacing("\"v\":1", with: "\"v\":2").dropLast() + ",\"region\":\(value)}"

        let record = try UsageRecord(parsing: Array(text.utf8))

        #expect(record.version == 2)
        #expect(record.unknown.map(\.name) == ["region"])
        #expect(String(decoding: record.serialized(), as: UTF8.self) == text.replacing("\n", with: " "))
        #expect(try UsageRecord(parsing: record.serialized()) == record)
    }

    @Test func `of members with the same name the last counts, and null is none`() throws {
        let text = Self.whole.dropLast() + #","key":"b","finish":null,"region":1}"#

        let record = try UsageRecord(parsing: Array(text.utf8))

        #expect(record.key == "b")
        #expect(record.finish == nil)
        #expect(record.unknown == [UsageRecord.Unknown(name: "region", value: [0x31])])
    }

    @Test func `the head is read without the rest`() throws {
        let head = try UsageRecordHead(parsing: Array(#"{"phase":"closed","id":"x","at":-1}"#.utf8))

        #expect((head.phase, head.id) == (.closed, "x"))
        #expect(throws: UsageRecordFault.invalid(member: "at")) { try head.record() }
    }

    @Test(arguments: [0, 1, 999, 1000, 12_345, 999_999_999_999_999])
    func `microseconds survive`(time: Int) throws {
        var record = UsageRecord(opened: "r", at: 0, instance: "i", model: "m").closed(.aborted)
        (record.firstMicroseconds, record.totalMicroseconds) = (time, time)

        #expect(try UsageRecord(parsing: record.serialized()) == record)
    }

    @Test(arguments: ["\"", "\\", "\u{1}", "ä\u{1F600}", "a\u{0}b", "", "' OR 1=1 --"])
    func `any text survives`(text: String) throws {
        var record = UsageRecord(opened: text, at: 0, instance: text, model: text)
        (record.key, record.request, record.finish) = (text, text, text)

        #expect(try UsageRecord(parsing: record.serialized()) == record)
    }

    @Test(arguments: 1...40)
    func `every byte that needs an escape survives at every place`(length: Int) throws {
        for byte in Array(UInt8(0)..<0x20) + [0x22, 0x5C, 0x7F] {
            for place in 0..<length {
                var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: length)
                bytes[place] = byte
                let text = String(decoding: bytes, as: UTF8.self)
                let record = UsageRecord(opened: text, at: 0, instance: "i", model: "m")

                let document = try JSONDocument(parsing: record.serialized())
                #expect(document.root["id"]?.string == text)
            }
        }
    }

    @Test func `a record longer than most is written whole`() throws {
        let text = String(repeating: "ä\"", count: 3_000)
        var record = UsageRecord(opened: text, at: 0, instance: text, model: text).closed(.failed)
        record.unknown = [.init(name: "region", value: Array("[1]".utf8))]

        #expect(try UsageRecord(parsing: record.serialized()) == record)
    }

    @Test(arguments: ["v", "phase", "id", "at", "instance", "model", "outcome"])
    func `a record lacks no member that all have`(member: String) throws {
        let value = try JSONDocument(parsing: Array(Self.whole.utf8)).root[member]
        let raw = String(decoding: try #require(value).raw, as: UTF8.self)
        let text = Self.whole.replacing("\"\(member)\":\(raw)", with: "\"\(member)\":null")

        #expect(throws: UsageRecordFault.missing(member: member)) {
            try UsageRecord(parsing: Array(text.utf8))
        }
    }

    @Test(arguments: [
        ("v", "0"), ("v", "\"1\""), ("phase", "\"done\""), ("phase", "\"opened\""), ("id", "7"), ("at", "-1"),
        ("at", "1.5"),
        ("at", "253402300800000"), ("key", "[]"), ("attempts", "-1"), ("prompt_tokens", "9007199254740993"),
        ("prompt_tokens", "\"12\""), ("is_estimated", "1"), ("first_ms", "-0.1"), ("total_ms", "1e13"),
        ("outcome", "\"unheard\""), ("error", "false"),
    ])
    func `a value that cannot be is refused by name`(member: String, value: String) throws {
        let old = try #require(try JSONDocument(parsing: Array(Self.whole.utf8)).root[member]).raw
        let text = Self.whole.replacing(
            "\"\(member)\":\(String(decoding: old, as: UTF8.self))",
            with: "\"\(member)\":\(value)"
        )
        let named = value == "\"opened\"" ? "outcome" : member

        #expect(throws: UsageRecordFault.invalid(member: named)) {
            try UsageRecord(parsing: Array(text.utf8))
        }
    }

    @Test(arguments: ["", "{", "[]", "7", "{\"v\":1}x"])
    func `what is no object is refused`(text: String) {
        #expect(throws: UsageRecordFault.self) { try UsageRecord(parsing: Array(text.utf8)) }
    }
}
