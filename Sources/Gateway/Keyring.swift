package import Config
import Posix

/// The keys that may be presented, as digests.
package struct Keyring: Sendable {
    private struct Entry {
        let digest: [UInt8]
        let expires: Int?
        let principal: Principal
    }

    private let entries: [Entry]

    /// The keys of the configuration, whose source must have been turned into digests.
    ///
    /// A key that still names a file or a variable opens nothing.
    package init(keys: [Configuration.Auth.Key]) {
        entries = keys.flatMap { key in
            let principal = Principal(
                keyID: key.name,
                scopes: Set(key.scopes),
                models: key.models,
                agentModels: key.agentModels,
                onAbort: key.onAbort
            )
            return Self.digests(of: key.source).map {
                Entry(digest: $0, expires: key.expires, principal: principal)
            }
        }
    }

    /// Whom the secret stands for.
    ///
    /// Every digest is compared, in constant time, so that neither the place of a key in the file nor the length of
    /// a match can be measured.
    ///
    /// - Parameters:
    ///   - secret: The bytes that were sent.
    ///   - now: Seconds since 1970.
    /// - Returns: Nil if no key matches, or the one that does has expired.
    package func principal(presenting secret: some Sequence<UInt8>, now: Int) -> Principal? {
        let presented = Digest.sha256(secret)
        var found: Entry?
        for entry in entries where Digest.isEqual(entry.digest, presented) && !Self.isExpired(entry, now) {
            found = entry
        }
        return found?.principal
    }

    private static func isExpired(_ entry: Entry, _ now: Int) -> Bool {
        entry.expires.map { $0 <= now } ?? false
    }

    private static func digests(of source: KeySource) -> [[UInt8]] {
        switch source {
        case .digests(let texts): texts.compactMap(bytes)
        case .file, .environment: []
        }
    }

    /// The 32 bytes that 64 hex digits spell; nil for any other text.
    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        return (0..<32).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) }
    }
}
