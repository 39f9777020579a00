import COpenSSL

/// Hashes and random bytes, from OpenSSL.
package enum Digest {
    /// 32 bytes (FIPS 180-4).
    package static func sha256(_ input: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: sha256Words(input)) { Array($0) }
    }

    /// The same 32 bytes as four words in memory's order, which are compared with four others all at once.
    package static func sha256Words(_ input: [UInt8]) -> SIMD4<UInt64> {
        var words = SIMD4<UInt64>()
        let isDone = withUnsafeMutableBytes(of: &words) { output in
            gh_sha256(input, input.count, output.baseAddress)
        }
        precondition(isDone == 1, "the system has no SHA-256")
        return words
    }

    /// 20 bytes; only for the WebSocket handshake (RFC 6455 §4.2.2).
    package static func sha1(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 20) { output, count in
            _ = SHA1(bytes, bytes.count, output.baseAddress)
            count = 20
        }
    }

    /// Whether both hold the same bytes, in a time that depends on their length alone.
    package static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }

    /// Bytes nobody can guess.
    package static func random(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            guard RAND_bytes(output.baseAddress, CInt(count)) == 1 else {
                preconditionFailure("the system has no random bytes")
            }
            initialized = count
        }
    }

    /// Two lower-case digits a byte.
    package static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }
}
