/// Where programs are looked for.
enum ProgramPath {
    /// What is searched if there is no PATH (posix_spawnp(3)).
    private static let usual = "/bin:/usr/bin"

    /// Whether there is a program of this name: a path, or a file in one of the folders of `path`.
    static func finds(_ name: String, path: String?, exists: (String) -> Bool) -> Bool {
        if name.contains("/") { return exists(name) }
        return (path ?? usual).split(separator: ":").contains { exists("\($0)/\(name)") }
    }
}
