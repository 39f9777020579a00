import JSON
import Testing

@testable import Gateway

/// Dice that fall the same way each time.
struct SampleDice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

struct ChunkOpeningTests {
    private func begins(_ opening: ChunkOpening, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { opening.begins($0) }
    }

    @Test(arguments: 16...70)
    func `an event begins alike if every byte is the same`(length: Int) {
        let bytes = (0..<length).map { UInt8($0) }
        var opening = ChunkOpening()
        bytes.withUnsafeBytes { opening.learn($0, depth: 3) }

        #expect(opening.count == length)
        #expect(opening.depth == 3)
        #expect(begins(opening, bytes))
        #expect(begins(opening, bytes + [1]))
        #expect(!begins(opening, bytes.dropLast()))
        for place in bytes.indices {
            var other = bytes + [1, 2, 3]
            other[place] ^= 0x40
            #expect(!begins(opening, other))
        }
    }

    @Test(arguments: [0, 1, 15, 1025, 5000])
    func `what is short or long is not remembered`(length: Int) {
        var opening = ChunkOpening()
        [UInt8](repeating: 7, count: length).withUnsafeBytes { opening.learn($0, depth: 1) }

        #expect(opening.count == 0)
        #expect(!begins(opening, [UInt8](repeating: 7, count: length)))
    }

    private static func event(_ dice: inout SampleDice) -> String {
        let before =
            [
                #""id":"chatcmpl-1","#, #""id":"chatcmpl-1","usage":null,"#,
                #""id":"c","usage":{"prompt_tokens":1},"#,
                #""error":null,"id":"c","#, #""error":"x","id":"c","#,
                #""id":"c","timings":{"a":{"delta":1}},"#,
                #""id":"delta","x":{"text":"abc"},"#, #""id":"c","usage":{"delta":{"a":1}},"#,
            ].randomElement(using: &dice) ?? ""
        let delta = [
            #"{"content":"Hi"}"#, "{}", #" {"content" : "Gr\u00fc\u00dfe"}"#, "null",
            #"{"reasoning":"x","delta":2}"#,
            #"{"content":"\"delta\":"}"#,
        ]
        let choices = (0..<Int.random(in: 0...2, using: &dice)).map { index in
            let reason = Bool.random(using: &dice) ? "null" : #""stop""#
            let said = delta.randomElement(using: &dice) ?? ""
            return #"{"index":\#(index),"delta":\#(said),"finish_reason":\#(reason)}"#
        }
        let after = ["", #","usage":null"#, #","usage":{"prompt_tokens":2}"#, "]", #","error":{}"#]
        return
            #"{\#(before)"choices":[\#(choices.joined(separator: ","))]\#(after.randomElement(using: &dice) ?? "")}"#
    }

    @Test(arguments: 0..<100)
    func `what went before changes nothing of what an event says`(seed: UInt64) {
        var dice = SampleDice(state: seed)
        var opening = ChunkOpening()
        for _ in 0..<200 {
            var bytes = Array(Self.event(&dice).utf8)
            if Int.random(in: 0..<4, using: &dice) == 0 {
                bytes.removeLast(Int.random(in: 1..<bytes.count, using: &dice))
            }
            bytes.withUnsafeBytes { text in
                let report = ChunkReport(text, after: &opening)
                #expect("\(report as Any)" == "\(ChunkReport(text) as Any)")
            }
        }
    }
}
