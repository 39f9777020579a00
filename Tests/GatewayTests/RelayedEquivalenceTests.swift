import Gateway
import JSON
import Testing

/// What goes on if only we have asked for the usage is what had come if nobody had.
struct RelayedEquivalenceTests {
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }

    private static let contents = [
        "Hi", "", "Grüße 😀", #""usage":null"#, #","usage":null}"#, "data: [DONE]",
        "\n\ndata: {\"error\":1}\n\n", "\\", "\"",
        #"{"choices":[],"usage":{}}"#, "\u{2028}\u{2029}\u{FEFF}", "null", "finish_reason", "\u{1}\u{7F}",
    ]

    /// An object of these members, as one of three writers spells it.
    private static func object(_ members: [(String, String)], _ style: Int) -> String {
        let (colon, comma, blank) = [(":", ",", ""), (": ", ", ", ""), (": ", ", ", " ")][style]
        return "{\(blank)\(members.map { "\"\($0.0)\"\(colon)\($0.1)" }.joined(separator: comma))\(blank)}"
    }

    private static func delta(_ dice: inout Dice) -> String {
        let content = text(JSONWriter.quoted(contents.randomElement(using: &dice) ?? ""))
        return [
            #"{"content":\#(content)}"#, #"{"role":"assistant","content":\#(content)}"#, "{}",
            #"{"tool_calls":[{"index":0,"function":{"arguments":\#(content)}}]}"#,
            #"{"content":null,"usage":null}"#,
        ].randomElement(using: &dice) ?? ""
    }

    /// A stream as it comes if nobody asks for the usage, and if somebody does.
    private static func streams(_ dice: inout Dice) -> (plain: String, asked: String) {
        var (plain, asked) = ("", "")
        let style = Int.random(in: 0..<3, using: &dice)
        let end = Bool.random(using: &dice) ? "\n" : "\r\n"
        let prefix = Bool.random(using: &dice) ? "data: " : "event: e\(end)data:"
        func add(_ event: String, to stream: inout String) { stream += "\(prefix)\(event)\(end)\(end)" }
        for _ in 0..<Int.random(in: 0...6, using: &dice) {
            let reason = Bool.random(using: &dice) ? "null" : #""stop""#
            let choice = #"{"index":0,"delta":\#(delta(&dice)),"finish_reason":\#(reason)}"#
            var members = [("id", #""c""#), ("created", "1"), ("choices", "[\(choice)]"), ("x", "{}")]
            members.shuffle(using: &dice)
            add(object(members, style), to: &plain)
            members.insert(("usage", "null"), at: Int.random(in: 0...members.count, using: &dice))
            add(object(members, style), to: &asked)
            guard Int.random(in: 0..<3, using: &dice) == 0 else { continue }
            plain += ": ping\(end)\(end)"
            asked += ": ping\(end)\(end)"
        }
        add(object([("id", #""c""#), ("choices", "[]"), ("usage", usage(3, 2))], style), to: &asked)
        add("[DONE]", to: &plain)
        add("[DONE]", to: &asked)
        return (plain, asked)
    }

    @Test(arguments: 0..<200)
    func `the stream is that which had come without our asking`(seed: UInt64) {
        var dice = Dice(state: seed)
        let (plain, asked) = Self.streams(&dice)
        let whole = Passed(asked)

        #expect(whole.output == plain)
        #expect(whole.isDone)
        #expect(whole.usage.completionTokens == 2)
        #expect(Passed(plain).output == plain)
        #expect(Passed(asked, removesUsage: false).output == asked)
        let bytes = Array(asked.utf8)
        for _ in 0..<8 {
            var pieces: [ArraySlice<UInt8>] = []
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + Int.random(in: 1...60, using: &dice))
                pieces.append(bytes[start..<end])
                start = end
            }
            let passed = Passed(pieces, removesUsage: true)
            #expect(passed.usage == whole.usage)
            #expect(passed.output == plain)
        }
    }
}
