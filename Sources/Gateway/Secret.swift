import Posix

/// A key in clear text, which prints as `<redacted>`.
package struct Secret: Equatable, Sendable {
    /// The key's bytes.
    package let bytes: [UInt8]

    /// A key somebody else made.
    package init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// A new key of 256 random bits: `gh-` and 43 characters of URL-safe base64 (RFC 4648 §5).
    package static func generate() -> Secret {
        Secret("gh-".utf8 + Base64URL.encoded(Digest.random(32)))
    }

    /// The SHA-256 as the configuration spells it: 64 lower-case hex digits.
    package var digest: String { Digest.hexadecimal(Digest.sha256(bytes)) }

    package static func == (one: Secret, other: Secret) -> Bool { Digest.isEqual(one.bytes, other.bytes) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
