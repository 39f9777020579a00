import Posix
import Testing

@testable import Shared

/// Real processes that share a limit table, killed wherever they may be killed.
@Suite(.serialized) struct LimitModelTests {
    private static let start = Moment(nanoseconds: 1_000_000_000)
    private static let kills = ProcessInformation.environment("MODEL_KILLS").flatMap { Int($0) } ?? 200
    private static let places: [StopPoint?] = [.slotTaken, .held, .counted, .settled, nil]

    @Test func `ten thousand checks of four processes admit exactly the limit`() throws {
        let table = try LimitTable(build: "model", at: Self.start)
        let (read, write) = try makePipe(capacity: 1 << 20)
        let ledger = Descriptor(owning: read)
        defer { _ = Descriptor(owning: write) }
        let limiters = try (1...4).map { lease in
            try ModelProcess(
                .sharer(lease: lease),
                ["limiter", "\(lease)", "2500", "7321", "0"],
                descriptors: [table.descriptor, write],
                stop: nil,
                life: .seconds(20)
            )
        }
        for limiter in limiters { #expect(limiter.wait(for: .seconds(20)) == .code(0)) }

        var bytes = [UInt8](repeating: 0, count: 20_000)
        #expect(try Descriptor.read(ledger.number, filling: &bytes) == 7321)
        let use = try #require(table.uses(at: Self.start).first)
        #expect((use.requests, use.tokens, use.inFlight) == (7321, 73_210, 7321))
    }

    @Test func `nothing is in flight when all were killed`() throws {
        let table = try LimitTable(build: "model", at: Self.start)
        var running = try (1...4).map { try start($0, table, killed: 0) }
        var killed = 0
        let end = Moment.now + .seconds(60)
        while killed < Self.kills, Moment.now < end {
            for (place, limiter) in running.enumerated() where limiter.hasStopped || limiter.deadline < .now {
                #expect(limiter.kill() == .signal(.kill))
                killed += 1
                let inFlight = table.uses(at: Self.start).reduce(0) { $0 + $1.inFlight }
                #expect(inFlight <= 16, "never more than is allowed, and one each that is not admitted yet")
                table.clear(lease: place + 1)
                running[place] = try start(place + 1, table, killed: killed)
            }
        }
        for limiter in running { _ = limiter.kill() }
        for lease in 1...4 { table.clear(lease: lease) }

        #expect(killed >= Self.kills)
        #expect(table.uses(at: Self.start).allSatisfy { $0.inFlight == 0 })
    }

    /// Twelve at a time are allowed, so that four processes, each of which may try one more, are seldom refused.
    private func start(_ lease: Int, _ table: LimitTable, killed: Int) throws -> ModelProcess {
        let point = Self.places[killed % Self.places.count]
        return try ModelProcess(
            .sharer(lease: lease),
            ["limiter", "\(lease)", "0", "0", "12"],
            descriptors: [table.descriptor],
            stop: point.map { ($0, 1 + killed % 40) },
            life: .milliseconds(20)
        )
    }
}
