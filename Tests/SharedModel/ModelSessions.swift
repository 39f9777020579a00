import Glibc
import Posix
import Shared

/// Uses the sessions of eight principals in turn, as fast as it can, until it is killed.
///
///     SharedModel sessions LEASE LIMIT
struct ModelSessions {
    /// So short that sessions end all the time.
    static let policy = SessionPolicy(ttl: .milliseconds(20), limit: 6, maxIdle: .milliseconds(5))

    private let lease: Int
    private let table: SessionTable

    init?(_ arguments: [String]) throws {
        guard arguments.count == 2, let lease = Int(arguments[1]) else { return nil }
        self.lease = lease
        table = try SessionTable(mapping: 3, build: "model")
    }

    func run() {
        let parent = getppid()
        var number = lease
        while getppid() == parent {
            number += 1
            let now = Int(WallClock.nanoseconds / 1_000_000)
            _ = try? table.use(
                "p\(number % 8)",
                model: "m",
                client: "c",
                Self.policy,
                lease: lease,
                at: now
            )
        }
    }
}
