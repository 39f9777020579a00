import Testing

@testable import gatehousectl

@Suite struct UTF8ChunkerTests {
    static let rows: [[UInt8]] = [
        Array("plain".utf8),
        Array("é€🎉 und ß".utf8),
        Array("👩‍👩‍👧‍👦 ḱ".utf8),
        [0x61, 0xFF, 0x62],
        [0xC3, 0x28, 0xA9],
        [0xE2, 0x82, 0x41, 0xE2, 0x82, 0xAC],
        [0xE0, 0x80, 0x80, 0xED, 0xA0, 0x80],
        [0xF0, 0x9F, 0x8E, 0x89, 0xF0, 0x9F, 0x8E],
        [0xF4, 0x90, 0x80, 0x80, 0xF5, 0xC0, 0xC1],
        [0x80, 0x80, 0x80, 0x80, 0xC2],
    ]

    @Test(arguments: rows)
    func `split into two or three anywhere, the text is the same`(bytes: [UInt8]) {
        let whole = String(decoding: bytes, as: UTF8.self)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let parts = [bytes[..<first], bytes[first..<second], bytes[second...]]
                #expect(text(of: parts.map(Array.init)) == whole)
            }
        }
    }

    @Test(arguments: rows)
    func `byte by byte, the text is the same`(bytes: [UInt8]) {
        #expect(text(of: bytes.map { [$0] }) == String(decoding: bytes, as: UTF8.self))
    }

    @Test func `whole characters do not wait`() {
        var chunker = UTF8Chunker(limit: 100)

        #expect(chunker.take([0x61, 0xE2, 0x82]) == ["a"])
        #expect(chunker.take([0xAC, 0x62]) == ["€b"])
        #expect(chunker.finish().isEmpty)
    }

    @Test(arguments: 4...9)
    func `pieces are cut between characters and never empty`(limit: Int) {
        let text = "aé€🎉bß🎉🎉€€éa"
        var chunker = UTF8Chunker(limit: limit)
        let pieces = chunker.take(text.utf8)

        #expect(pieces.joined() == text)
        #expect(pieces.allSatisfy { (1...limit).contains($0.utf8.count) && !$0.contains("\u{FFFD}") })
    }

    @Test func `replacements count for the limit`() {
        var chunker = UTF8Chunker(limit: 10)
        let pieces = chunker.take([UInt8](repeating: 0xFF, count: 20))

        #expect(pieces.joined() == String(repeating: "\u{FFFD}", count: 20))
        #expect(pieces.allSatisfy { $0.utf8.count <= 10 })
    }

    private func text(of parts: [[UInt8]]) -> String {
        var chunker = UTF8Chunker(limit: 8)
        return (parts.flatMap { chunker.take($0) } + chunker.finish()).joined()
    }
}
