import Gateway
import Testing

struct LongAnswerTailTests {
    private func tail(_ body: String, size: Int) -> LongAnswerTail {
        let bytes = Array(body.utf8)
        var tail = LongAnswerTail()
        for start in stride(from: 0, to: bytes.count, by: size) {
            tail.take([UInt8](bytes[start..<min(start + size, bytes.count)]))
        }
        return tail
    }

    private static let filler = #"{"data":["# + String(repeating: "0.123456789,", count: 1000) + "0]"

    @Test(
        arguments: [
            (#"{"usage":\#(usage(3, 2))}"#, 3, 2), (#"{"usage" : \#(usage(3, 2)) }"#, 3, 2),
            (filler + #","usage":\#(usage(7, 0)),"model":"m"}"#, 7, 0),
            (filler + #","usage":{"prompt_tokens":9,"total_tokens":9}}"#, 9, 0),
            (#"{"usage":\#(usage(1, 1)),"usage":\#(usage(3, 2))}"#, 3, 2),
            (#"{"a":"\"usage\":{}","usage":\#(usage(3, 2)),"b":"\"usage\":5"}"#, 3, 2),
            (#"{"usage":\#(usage(3, 2)),"object":"usage"}"#, 3, 2),
            (#"{"usage":\#(usage(3, 2)),"tags":["usage", {}]}"#, 3, 2),
        ] as [(String, Int, Int)],
        [1, 7, 4096, 1 << 20]
    )
    func `the usage stands at the end of a long answer`(row: (String, Int, Int), size: Int) {
        let tail = tail(row.0, size: size)

        #expect(tail.count == row.0.utf8.count)
        #expect(tail.usage?.promptTokens == row.1)
        #expect(tail.usage?.completionTokens == row.2)
        #expect(tail.usage?.isExact == true)
    }

    @Test(arguments: [
        "", "{", "{}", filler + "}", #"{"usage":null}"#, #"{"usage":{}}"#, #"{"usage":5}"#, #"{"usage""#,
        #"{"usage":"#,
        #"{"usage":{"prompt_tokens":1"#, #""usage""#, "usage", #"{"\"usage\":{\"prompt_tokens\":1}":1}"#,
        #"{"usage":\#(usage(3, 2)),"data":["# + String(repeating: "1,", count: 3000) + "1]}",
    ])
    func `an end that does not say it says nothing`(body: String) {
        for size in [1, 1000, 1 << 20] { #expect(tail(body, size: size).usage == nil) }
    }
}
