import Config
import IPC
import Log
import Posix

/// Where configurations come from: the file, the keys that it names, and what this machine has room for.
final class ConfigurationSource {
    /// A configuration that could come into force.
    struct Candidate {
        let configuration: Configuration
        let secrets: ChildSecrets
        /// Who may enter the run directory, besides the daemon's own user.
        let group: UInt32?
        fileprivate let file: ConfigurationFile
    }

    private var file: ConfigurationFile
    private let keys: KeyResolver
    private let descriptorLimit: Int
    private let log: Logger

    /// Starts with the file in force, and with how many descriptors a process may have.
    init(_ file: ConfigurationFile, keys: KeyResolver, descriptorLimit: Int, log: Logger) {
        self.file = file
        self.keys = keys
        self.descriptorLimit = descriptorLimit
        self.log = log
    }

    /// The configuration in force, as the file spells it.
    var printed: String { Configuration.printed(file.text) }

    /// What the file says now.
    ///
    /// An empty one is refused: more often than all defaults it means that somebody is about to write it.
    ///
    /// `isRehearsal`: nothing is written, not even a key where none is configured.
    func read(isRehearsal: Bool = false) -> Result<Candidate, Reloader.ReloadFault> {
        var candidate = file
        return candidate.check().flatMap { configuration in
            guard !candidate.text.isEmpty else {
                let reason = "\(candidate.path): error: the file is empty; a comment in it means all defaults"
                return .failure(.init(lines: [reason]))
            }
            do throws(ChildFault) {
                return .success(try complete(configuration, candidate, isRehearsal))
            } catch {
                return .failure(.init(lines: [error.description]))
            }
        }
    }

    /// The first configuration, which the file has already been checked for.
    func complete(_ configuration: Configuration) throws(ChildFault) -> Candidate {
        try complete(configuration, file, false)
    }

    func accept(_ candidate: Candidate) { file = candidate.file }

    private func complete(
        _ configuration: Configuration,
        _ file: ConfigurationFile,
        _ isRehearsal: Bool,
    ) throws(ChildFault) -> Candidate {
        var resolved = try keys.resolve(configuration, isRehearsal: isRehearsal)
        let wanted = resolved.server.maxConnections
        resolved.server.maxConnections = Self.fitting(wanted, into: descriptorLimit)
        if resolved.server.maxConnections < wanted {
            log.warning(
                "max_connections lowered, for want of descriptors",
                [
                    "from": .init(wanted), "to": .init(resolved.server.maxConnections),
                    "needed": .init(Self.needed(wanted)), "limit": .init(descriptorLimit),
                ]
            )
        }
        return Candidate(
            configuration: resolved,
            secrets: try keys.secrets(resolved),
            group: try Self.group(of: resolved),
            file: file
        )
    }

    /// The number of the group that may enter the run directory; nil if none was named.
    static func group(of configuration: Configuration) throws(ChildFault) -> UInt32? {
        guard let name = configuration.control.group else { return nil }
        if let number = FileSystem.groupNumber(name) { return number }
        throw ChildFault("control.group: there is no group '\(name)'")
    }

    /// A client and its upstream each, and what a process needs for itself.
    private static func needed(_ connections: Int) -> Int { 2 * connections + 256 }

    /// As many connections as `limit` descriptors are enough for; under the least sensible limit, a few all the same.
    static func fitting(_ connections: Int, into limit: Int) -> Int {
        needed(connections) <= limit ? connections : min(connections, max(8, (limit - 256) / 2))
    }
}
