import Posix
import Testing

@Suite struct DigestTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ])
    func `SHA-256 gives the known answers (FIPS 180-4)`(text: String, expected: String) {
        #expect(Digest.hexadecimal(Digest.sha256(Array(text.utf8))) == expected)
    }

    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
            "b37a4f2cc0624f1690f64606cf385945b2bec4ea"
        ),
    ])
    func `SHA-1 gives the known answers (RFC 3174, RFC 6455)`(text: String, expected: String) {
        #expect(Digest.hexadecimal(Digest.sha1(Array(text.utf8))) == expected)
    }

    @Test(arguments: [
        ([UInt8](), [UInt8](), true), ([1, 2], [1, 2], true), ([1, 2], [1, 3], false),
        ([1, 2], [0, 2], false),
        ([1], [1, 2], false), ([], [0], false),
    ])
    func `two are equal when all their bytes are`(left: [UInt8], right: [UInt8], isEqual: Bool) {
        #expect(Digest.isEqual(left, right) == isEqual)
    }

    @Test func `random bytes have the asked length and do not repeat`() {
        #expect(Digest.random(0).isEmpty)
        #expect(Digest.random(32).count == 32)
        #expect(Digest.random(32) != Digest.random(32))
    }

    @Test func `hexadecimal has two lower-case digits a byte`() {
        #expect(Digest.hexadecimal([0, 9, 10, 171, 255]) == "00090aabff")
    }
}
