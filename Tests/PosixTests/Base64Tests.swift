import Posix
import Testing

struct Base64Tests {
    @Test(arguments: [
        ([], ""), ([0], "AA=="), ([0xE3, 0x81], "44E="), ([1, 2, 3], "AQID"),
        ([255, 254, 253, 252], "//79/A=="),
    ])
    func `Base64 is read and written`(bytes: [UInt8], text: String) {
        #expect(Base64.encoded(bytes) == text)
        #expect(Base64.decoded(text.utf8) == bytes)
    }

    @Test(arguments: ["A", "AA", "AAA", "====", "A===", "AA=A", "AA==AAAA", "A-==", "AAA\n"])
    func `what is no Base64 is refused`(text: String) {
        #expect(Base64.decoded(text.utf8) == nil)
    }

    @Test func `for URLs it has other letters and no padding`() {
        #expect(Base64.encodedForURL([0xFB, 0xFF, 0xFE]) == Array("-__-".utf8))
        #expect(Base64.encodedForURL([0xE3, 0x81]) == Array("44E".utf8))
    }
}
