import Config
import Events
import Log
import Posix

/// Keeps the database as young and as small as the configuration wants it, in small bites.
final class Housekeeper {
    static let interval = Duration.seconds(60)
    private static let pause = Duration.milliseconds(5)
    /// A write-ahead log that cannot be emptied is worth a word from this size on.
    private static let logLimit = 64 << 20

    private let database: DatabaseKeeper
    private let log: Logger
    private let loop: EventLoop
    private var isAtWork = false

    init(_ database: DatabaseKeeper, log: Logger, on loop: EventLoop) {
        self.database = database
        self.log = log
        self.loop = loop
    }

    func work(_ store: Configuration.Store) async {
        guard !isAtWork else { return }
        isAtWork = true
        defer { isAtWork = false }
        do throws(StoreFault) {
            try await clean(store)
        } catch {
            log.warning(
                "the database was not cleaned",
                ["reason": .init(error.sentence(path: database.path))]
            )
        }
    }

    private func clean(_ store: Configuration.Store) async throws(StoreFault) {
        let eldest = Int((WallClock.nanoseconds - store.retention.nanoseconds) / 1_000_000)
        let size = store.maxSize
        try await repeated { store throws(StoreFault) in try store.expire(before: eldest) }
        try await repeated { store throws(StoreFault) in try store.shrink(to: size) }
        try await reclaim()
        let rest = try await database.call { store throws(StoreFault) in try store.checkpoint() }
        guard rest > Self.logLimit else { return }
        log.warning(
            "another program keeps the database's write-ahead log from being emptied",
            ["bytes": .init(rest), "path": .init(database.path)]
        )
    }

    /// Until nothing is left to be done; others have their turn in between.
    private func repeated(_ step: @escaping @Sendable (UsageStore) throws(StoreFault) -> Int)
        async throws(StoreFault)
    {
        while try await database.call(step) > 0 { await loop.sleep(for: Self.pause) }
    }

    /// Pages that somebody still reads cannot be given back.
    private func reclaim() async throws(StoreFault) {
        var (left, before) = (Int.max, 0)
        repeat {
            before = left
            left = try await database.call { store throws(StoreFault) in try store.reclaim() }
        } while left > 0 && left < before
    }
}
