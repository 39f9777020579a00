import Posix
import Testing

@testable import Shared

/// Real processes that share a session table, killed wherever they may be killed.
@Suite(.serialized) struct SessionModelTests {
    private static let kills = ProcessInformation.environment("MODEL_KILLS").flatMap { Int($0) } ?? 100
    /// As the processes have it.
    private static let policy = SessionPolicy(ttl: .milliseconds(20), limit: 6, maxIdle: .milliseconds(5))
    private static let places: [StopPoint?] = [.sessionClaimed, .sessionWritten, nil]

    @Test func `there is one session for each principal, and never too many`() throws {
        let table = try SessionTable(build: "model")
        var running = try (1...4).map { try start($0, table, killed: 0) }
        var killed = 0
        let end = Moment.now + .seconds(60)
        while killed < Self.kills, Moment.now < end {
            try expectOrder(table)
            for (place, user) in running.enumerated() where user.hasStopped || user.deadline < .now {
                #expect(user.kill() == .signal(.kill))
                killed += 1
                table.clear(lease: place + 1)
                running[place] = try start(place + 1, table, killed: killed)
            }
        }
        for user in running { _ = user.kill() }
        for lease in 1...4 { table.clear(lease: lease) }

        #expect(killed >= Self.kills)
        let later = Int(WallClock.nanoseconds / 1_000_000) + 20
        _ = table.sweep(Self.policy, at: later)
        #expect(table.count(SessionPolicy(ttl: .seconds(1000), limit: nil, maxIdle: .zero), at: later) == 0)
    }

    private func expectOrder(_ table: SessionTable) throws {
        let sessions = table.sessions(Self.policy, at: Int(WallClock.nanoseconds / 1_000_000))
        #expect(sessions.count <= 6)
        #expect(Set(sessions.map(\.principal)).count == sessions.count)
        #expect(Set(sessions.map(\.id)).count == sessions.count)
        #expect(sessions.map(\.id).allSatisfy { $0.hasPrefix("sess-") && $0.utf8.count == 48 })
    }

    private func start(_ lease: Int, _ table: SessionTable, killed: Int) throws -> ModelProcess {
        let point = Self.places[killed % Self.places.count]
        return try ModelProcess(
            .sharer(lease: lease),
            ["sessions", "\(lease)"],
            descriptors: [table.descriptor],
            stop: point.map { ($0, 1 + killed % 7) },
            life: .milliseconds(40)
        )
    }
}
