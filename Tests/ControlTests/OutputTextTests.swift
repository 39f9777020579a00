import Testing

@testable import gatehousectl

@Suite struct OutputTextTests {
    @Test(arguments: [
        ("", ""), ("\n", ""), ("a", "a"), ("a\n", "a"), ("a\n\n", "a\n"), ("\n\na", "\n\na"),
        ("a\nb\n", "a\nb"),
        ("€\n€\n\n", "€\n€\n"), ("a\r\n", "a\r"),
    ])
    func `one line end at the end is dropped, wherever it is split`(written: String, expected: String) {
        let bytes = Array(written.utf8)
        for place in 0...bytes.count {
            #expect(text(of: [Array(bytes[..<place]), Array(bytes[place...])]) == expected)
        }
        #expect(text(of: bytes.map { [$0] }) == expected)
    }

    @Test func `a line end waits for what follows`() {
        var output = OutputText()

        #expect(output.take(Array("a\n".utf8)) == ["a"])
        #expect(output.take([]).isEmpty)
        #expect(output.take(Array("b".utf8)) == ["\nb"])
    }

    private func text(of parts: [[UInt8]]) -> String {
        var output = OutputText()
        return (parts.flatMap { output.take($0) } + output.finish()).joined()
    }
}
