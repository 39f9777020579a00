import Testing

@testable import gatehousectl

@Suite struct LastLineTests {
    @Test(arguments: [
        ("", ""), ("\n\n", ""), ("a", "a"), ("a\n", "a"), ("a\nb", "b"), ("a\nb\n \n\n", "b"),
        ("a\nb \t\r\n", "b"),
        ("  indented", "  indented"),
    ])
    func `the last line with something in it counts, wherever it is split`(written: String, expected: String)
    {
        let bytes = Array(written.utf8)
        for place in 0...bytes.count {
            var line = LastLine()
            line.take(Array(bytes[..<place]))
            line.take(Array(bytes[place...]))
            #expect(line.text == expected)
        }
    }

    @Test func `a long line is cut`() {
        var line = LastLine()
        line.take([UInt8](repeating: 0x61, count: 5_000))

        #expect(line.text.utf8.count == LastLine.limit)
    }
}
