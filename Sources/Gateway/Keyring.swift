package import Config
import Posix

/// The keys that may be presented, as digests.
package struct Keyring: Sendable {
    private struct Entry {
        let digest: SIMD4<UInt64>
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
                scopes: ScopeSet(key.scopes),
                models: key.models,
                agentModels: key.agentModels,
                onAbort: key.onAbort
            )
            return Self.digests(of: key.source).map {
                Entry(digest: Self.words($0), expires: key.expires, principal: principal)
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
    package func principal(presenting secret: [UInt8], now: Int) -> Principal? {
        let presented = Digest.sha256Words(secret)
        var found: Int?
        for index in entries.indices {
            let difference = entries[index].digest ^ presented
            guard difference.x | difference.y | difference.z | difference.w == 0 else { continue }
            if entries[index].expires.map({ $0 > now }) ?? true { found = index }
        }
        return found.map { entries[$0].principal }
    }

    /// The 32 bytes of a digest, to be compared all at once.
    private static func words(_ digest: [UInt8]) -> SIMD4<UInt64> {
        digest.withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
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
