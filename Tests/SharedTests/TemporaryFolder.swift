import FoundationEssentials

/// A folder of a test's own, removed with what is in it.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = "/tmp/shared-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Names of what is in it, sorted.
    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}
