import JSON
import Testing

@testable import Gateway

struct UsageCountsTests {
    private static let names = [
        "prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "cached_tokens",
        "prompt_n",
        "predicted_n", "cache_n", "x",
    ]

    private func counts(_ text: String) -> UsageCounts? {
        Array(text.utf8).withUnsafeBytes { UsageCounts($0) }
    }

    /// An object of a few of these names, one or the other of them twice.
    private static func object(_ dice: inout some RandomNumberGenerator, depth: Int = 0) -> String {
        let members = (0..<Int.random(in: 0...5, using: &dice)).map { _ -> String in
            let numbers = [
                "0", "1", "17", "null", "-1", "1.5", "99999999999999999999", "\"2\"", "01", "{}", "[1]",
            ]
            let isNested = depth < 2 && Int.random(in: 0..<4, using: &dice) == 0
            let value = isNested ? object(&dice, depth: depth + 1) : numbers.randomElement(using: &dice) ?? ""
            let blank = Bool.random(using: &dice) ? " " : ""
            return "\"\(names.randomElement(using: &dice) ?? "")\"\(blank):\(blank)\(value)"
        }
        return "{\(members.joined(separator: ","))}"
    }

    @Test(arguments: 0..<200)
    func `the counts are those that a document has`(seed: UInt64) throws {
        var dice = SampleDice(state: seed)
        for _ in 0..<20 {
            let text = Self.object(&dice)
            let document = try? JSONDocument(parsing: Array(text.utf8))
            #expect("\(counts(text) as Any)" == "\(document.map { UsageCounts($0.root) } as Any)", "\(text)")
        }
    }

    @Test(arguments: [
        (#"{"prompt_tokens_details":{"cached_tokens":1},"prompt_tokens_details":{}}"#, nil),
        (#"{"prompt_tokens_details":{"cached_tokens":1,"cached_tokens":2}}"#, 2),
        (#"{"prompt_tokens_details":{"cached_tokens":1},"prompt_tokens_details":null}"#, nil),
        (#"{"x":{"cached_tokens":1}}"#, nil), (#"{"cached_tokens":1}"#, nil),
        (#"{"prompt_tokens_details":{"x":{"cached_tokens":1}}}"#, nil),
        (#"{"prompt_tokens_details":{"cached_tokens":1},"x":{"cached_tokens":2}}"#, 1),
        (#"{"prompt_tokens_\u0064etails":{"cached_tokens":1}}"#, 1),
    ])
    func `what was cached is said in the last details`(text: String, cached: Int?) {
        #expect(counts(text)?.cached == cached)
    }

    @Test(arguments: ["", "{", "{}x", #"{"prompt_tokens":01}"#, #"{"prompt_tokens":1,}"#])
    func `what is no JSON counts nothing`(text: String) {
        #expect(counts(text) == nil)
    }
}
