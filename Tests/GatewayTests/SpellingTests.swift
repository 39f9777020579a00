import Testing

@testable import Gateway

struct SpellingTests {
    private func isUsage(_ name: String) -> Bool { matches(name, "usage") }

    private func matches(_ name: String, _ wanted: StaticString) -> Bool {
        let bytes = Array("<\(name)>".utf8)
        return bytes.withUnsafeBytes { Spelling.matches($0, 1..<bytes.count - 1, wanted) }
    }

    @Test(arguments: [
        ("usage", true), ("Usage", false), ("usag", false), ("usages", false), ("", false),
        ("us\\u0061ge", false), ("xsage", false), ("usagx", false), ("uxage", false),
    ])
    func `a name is compared by its spelling`(name: String, isSpelled: Bool) {
        #expect(isUsage(name) == isSpelled)
    }

    private static let names: [StaticString] = [
        "", "a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh", "abcdefghi",
        "abcdefghijklmno",
        "abcdefghijklmnop", "abcdefghijklmnopq", "abcdefghijklmnopqrstuvwxyz",
    ]

    @Test(arguments: names.indices)
    func `every byte counts`(index: Int) {
        let name = Self.names[index]
        let bytes = Array("\(name)".utf8)
        #expect(matches("\(name)", name))
        for place in bytes.indices {
            var other = bytes
            other[place] ^= 1
            #expect(!matches(String(decoding: other, as: UTF8.self), name))
        }
        for wrong in Self.names where wrong.utf8CodeUnitCount != bytes.count {
            #expect(!matches("\(wrong)", name))
        }
    }
}
