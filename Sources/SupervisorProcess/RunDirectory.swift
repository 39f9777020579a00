import IPC
import Posix

/// Where the daemon keeps its sockets and lock, and where its state.
final class RunDirectory {
    let run: String
    let state: String
    /// What this daemon is called among others, as long as the state directory lives: 8 hex digits.
    let instance: String
    /// Nothing but ours was in the run directory when the daemon started.
    private let isOurs: Bool

    /// Holds the lock as long as it lives.
    let lock: Descriptor

    var controlSocket: String { "\(run)/gatehouse.sock" }
    var generatedKey: String { "\(state)/api-key" }

    /// - Throws: a sentence, if a folder cannot be made or another daemon runs here.
    static func claim(run: String, state: String, group: UInt32?) throws(ChildFault) -> RunDirectory {
        do throws(Errno) {
            let isOurs = try own(run)
            if isOurs, let group { try share(run, with: group) }
            if state != run { _ = try own(state) }
            guard let lock = try FileSystem.lock("\(run)/gatehoused.lock") else {
                throw Errno(
                    "another gatehoused runs in \(run); steer it with gatehousectl, or choose another --run-dir",
                    code: 11
                )
            }
            let pid = Array("\(ProcessInformation.pid)\n".utf8)
            try FileSystem.replace("\(run)/gatehoused.pid", with: pid, mode: 0o644)
            return RunDirectory(run: run, state: state, isOurs: isOurs, lock: lock)
        } catch {
            throw ChildFault(error.code == 11 ? error.operation : error.description)
        }
    }

    /// Lets the members of `group` in, or nobody else any more.
    func share(with group: UInt32?) throws(Errno) {
        if isOurs { try Self.share(run, with: group) }
        try FileSystem.setGroup(controlSocket, group ?? ProcessInformation.gid)
    }

    private static func share(_ run: String, with group: UInt32?) throws(Errno) {
        try FileSystem.setGroup(run, group ?? ProcessInformation.gid)
        try FileSystem.setMode(run, group == nil ? 0o700 : 0o750)
    }

    /// What our folders hold; a folder with anything else is somebody's, and its mode is not ours to change.
    private static let contents = [
        "gatehouse", "bridge.sock", "store.", "api-key", "README.md", ".", "journal", "instance", "audit",
    ]

    /// The one that is written down, else a new one; where nothing can be written, it is new at each start.
    private static func instance(in state: String) -> String {
        let path = "\(state)/instance"
        if let bytes = try? FileSystem.read(path, limit: 64), bytes.count >= 8 {
            return String(decoding: bytes.prefix(8), as: UTF8.self)
        }
        let name = Digest.hexadecimal(Digest.random(4))
        try? FileSystem.replace(path, with: Array("\(name)\n".utf8), mode: 0o600)
        return name
    }

    private static func own(_ path: String) throws(Errno) -> Bool {
        if FileSystem.exists(path), !FileSystem.holdsOnly(contents, in: path) { return false }
        try FileSystem.makeDirectory(path, mode: 0o700)
        return true
    }

    init(run: String, state: String, isOurs: Bool, lock: consuming Descriptor) {
        self.isOurs = isOurs
        self.run = run
        self.state = state
        instance = Self.instance(in: state)
        self.lock = lock
    }
}
