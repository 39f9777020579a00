import Posix

/// Where the daemon's control socket is, if nobody says.
enum SocketPath {
    static let name = "gatehouse.sock"
    static let system = "/run/gatehouse/\(name)"

    static var usual: String {
        choose(
            runtimeDirectory: ProcessInformation.environment("RUNTIME_DIRECTORY"),
            exists: FileSystem.exists
        )
    }

    /// The service's own directory, of several (systemd separates them by colons) the first; else the one used while
    /// developing, else the system's.
    static func choose(runtimeDirectory: String?, exists: (String) -> Bool) -> String {
        if let directory = runtimeDirectory?.split(separator: ":").first { return "\(directory)/\(name)" }
        let local = "./run/\(name)"
        return !exists(local) && exists(system) ? system : local
    }
}
