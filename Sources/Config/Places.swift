import TOML

/// Where things stand in the file, for faults that are found after it has been read.
struct Places {
    /// The place of every section and value, by its path: `server.workers`, `listeners.main.address`.
    var positions: [String: TOMLPosition] = [:]
    /// The paths of values that cannot be used.
    var refused: Set<String> = []
    /// The paths of the sections under a header that can occur several times.
    var paths: [String: [String]] = [:]

    /// Whether the value at `path` is in the file, and good.
    func isGiven(_ path: String) -> Bool {
        positions[path] != nil && !refused.contains(path)
    }

    /// Whether the value at `path` can be relied upon: good, or the default.
    func isSound(_ path: String) -> Bool {
        !refused.contains(path)
    }

    /// The place of the value at `path`, or else of the section it belongs to.
    func position(of path: String, in section: String) -> TOMLPosition {
        positions[path] ?? positions[section] ?? TOMLPosition(line: 1, column: 1)
    }
}
