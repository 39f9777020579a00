/// Where a key comes from; the configuration never holds the key itself.
package enum KeySource: Codable, Equatable, Sendable {
    /// The SHA-256 of the key's bytes, as 64 lower-case hex digits; two of them while a key is rotated.
    case digests([String])
    /// The file whose first line is the key.
    case file(String)
    /// The environment variable that holds the key.
    case environment(String)

    /// The digests, or nil if it is no digests.
    var digests: [String]? {
        get {
            if case .digests(let digests) = self { digests } else { nil }
        }
        set { self = newValue.map { .digests($0) } ?? self }
    }

    /// The path, or nil if it is no file.
    var file: String? {
        get {
            if case .file(let path) = self { path } else { nil }
        }
        set { self = newValue.map { .file($0) } ?? self }
    }

    /// The variable's name, or nil if it is no variable.
    var environment: String? {
        get {
            if case .environment(let name) = self { name } else { nil }
        }
        set { self = newValue.map { .environment($0) } ?? self }
    }
}

extension KeySource: CustomStringConvertible {
    /// The kind and the place, without digests: those of a weak key can be guessed.
    package var description: String {
        switch self {
        case .digests: "sha256 <redacted>"
        case .file(let path): "key_file \(path)"
        case .environment(let name): "key_env \(name)"
        }
    }
}
