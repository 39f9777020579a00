import Posix

/// A key in clear text, which prints as `<redacted>`.
package struct Secret: Equatable, Sendable {
    /// The key's bytes.
    package let bytes: [UInt8]

    /// A key somebody else made.
    package init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// A new key of 256 random bits: `gh-` and 43 characters of URL-safe base64 (RFC 4648 §5).
    package static func generate() -> Secret {
        Secret("gh-".utf8 + Base64.encodedForURL(Digest.random(32)))
    }

    /// The SHA-256 as the configuration spells it: 64 lower-case hex digits.
    package var digest: String { Digest.hexadecimal(Digest.sha256(bytes)) }

    /// Why somebody could guess it; nil: there is no reason to think so.
    package var weakness: String? {
        if Self.common.contains(bytes.map { $0 | 0x20 }) { return "it is one of those that are tried first" }
        if bytes.count < Self.leastBytes {
            return "it has \(bytes.count) characters; \(Self.leastBytes) are little"
        }
        let different = Set(bytes).count
        return different < 8 ? "it has only \(different) different characters" : nil
    }

    private static let leastBytes = 20
    /// In lower case.
    private static let common = Set(
        [
            "changeme", "secret", "password", "test", "admin", "key", "apikey", "api-key", "sk-test",
            "sk-1234",
            "sk-123456", "ollama", "local", "dummy", "none", "empty", "token", "12345678", "your-api-key",
        ].map { $0.utf8.map { $0 | 0x20 } }
    )

    /// Whether the SHA-256 is that of a key that is tried first; `digest`: 64 hex digits.
    package static func isCommon(digest: String) -> Bool { commonDigests.contains(digest.lowercased()) }

    private static let commonDigests = Set(common.map { Digest.hexadecimal(Digest.sha256($0)) })

    package static func == (one: Secret, other: Secret) -> Bool { Digest.isEqual(one.bytes, other.bytes) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
