import Testing

@testable import JSON

struct JSONByteSearchTests {
    private typealias Search = (RawSpan, Int) -> Int

    /// What is found from every place of a text, and what a loop finds.
    private func places(_ bytes: [UInt8], _ search: Search, _ isWanted: (UInt8) -> Bool) -> Bool {
        (0...bytes.count).allSatisfy { start in
            search(bytes.span.bytes, start) == bytes[start...].firstIndex(where: isWanted) ?? bytes.count
        }
    }

    private func isAgreed(_ bytes: [UInt8]) -> Bool {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        let brackets = Array(#""{}[]"#.utf8)
        return places(bytes, { JSONByteSearch.special(in: $0, from: $1) }) {
            $0 < 0x20 || $0 >= 0x80 || $0 == quote || $0 == backslash
        }
            && places(bytes, { JSONByteSearch.quoteOrBackslash(in: $0, from: $1) }) {
                $0 == quote || $0 == backslash
            }
            && places(bytes, { JSONByteSearch.quoteOrBracket(in: $0, from: $1) }, brackets.contains)
            && places(bytes, { JSONByteSearch.blanksEnd(in: $0, from: $1) }) {
                !" \t\n\r".utf8.contains($0)
            }
    }

    @Test(arguments: 0...40)
    func `every byte is found, or passed by, at every place of a text of any length`(length: Int) {
        for filler in [UInt8(ascii: "a"), UInt8(ascii: " "), 0x7F] {
            let plain = [UInt8](repeating: filler, count: length)
            #expect(isAgreed(plain))
            for place in 0..<length {
                for byte in [
                    0x00, 0x02, 0x1F, 0x20, 0x21, 0x23, 0x5A, 0x5E, 0x7A, 0x7C, 0x80, 0xA2, 0xFB, 0xFF,
                ]
                    + Array(#""\{}[],:"#.utf8)
                {
                    var bytes = plain
                    bytes[place] = byte
                    #expect(isAgreed(bytes))
                }
            }
        }
    }

    @Test func `all bytes are told apart`() {
        for byte in UInt8.min...UInt8.max { #expect(isAgreed([UInt8](repeating: byte, count: 33))) }
    }

    private func isEqual(_ text: [UInt8], _ other: [UInt8]) -> Bool {
        JSONByteSearch.isEqual(text.span.bytes, at: 1, other.span.bytes)
    }

    @Test(arguments: 0...20)
    func `bytes are equal if each of them is`(length: Int) {
        let bytes = (0..<length).map { UInt8($0) }
        let text = [9] + bytes + [9]
        #expect(isEqual(text, bytes))
        for place in 0..<length {
            var other = bytes
            other[place] ^= 0x80
            #expect(!isEqual(text, other))
        }
    }
}
