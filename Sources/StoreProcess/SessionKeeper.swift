import Config
import Log
import Posix
import Shared

/// Keeps sessions over a restart of the daemon: puts those of the run before back, and writes down what changes.
final class SessionKeeper {
    static let interval = Duration.seconds(1)

    private let table: SessionTable
    private let database: DatabaseKeeper
    private let lease: Int
    private let log: Logger
    /// What is written down, by id.
    private var written: [String: Session] = [:]
    private var hasBegun = false
    private var isAtWork = false

    init(_ table: SessionTable, in database: DatabaseKeeper, lease: Int, log: Logger) {
        self.table = table
        self.database = database
        self.lease = lease
        self.log = log
    }

    /// Writes down what has changed since the last time; what fails is tried again the next.
    func work(_ policy: SessionPolicy) async {
        guard !isAtWork else { return }
        isAtWork = true
        defer { isAtWork = false }
        do throws(StoreFault) {
            try await begin(policy)
            let now = table.sessions(policy, at: Self.now)
            let changed = now.filter { written[$0.id] != $0 }
            let ended = Set(written.keys).subtracting(now.map(\.id))
            guard !changed.isEmpty || !ended.isEmpty else { return }
            try await database.call { store throws(StoreFault) in
                try store.keep(changed, andForget: Array(ended))
            }
            written = Dictionary(now.map { ($0.id, $0) }) { $1 }
        } catch {
            log.debug("sessions are not written", ["reason": .init(error.sentence(path: database.path))])
        }
    }

    /// Another database has none of what was written down.
    func startAnew() { written = [:] }

    private func begin(_ policy: SessionPolicy) async throws(StoreFault) {
        guard !hasBegun else { return }
        let sessions = try await database.call { store throws(StoreFault) in try store.sessions() }
        table.restore(sessions, policy, lease: lease, at: Self.now)
        written = Dictionary(sessions.map { ($0.id, $0) }) { $1 }
        hasBegun = true
    }

    private static var now: Int { Int(WallClock.nanoseconds / 1_000_000) }
}
