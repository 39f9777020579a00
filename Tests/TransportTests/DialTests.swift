import Events
import LoopTesting
import Posix
import Testing

@testable import Transport

@Suite struct DialTests {
    /// Where a connection came about, or why none did, and how long that took.
    private func dial(
        _ addresses: [SocketAddress],
        _ role: isolated TestRole,
        limit: Duration = .seconds(5)
    ) async -> (Result<SocketAddress?, UpstreamFault>, Duration) {
        let start = Moment.now
        do throws(UpstreamFault) {
            let stream = try await Dial(addresses, on: role.loop).run(by: start + limit)
            return (.success(Socket.peerAddress(stream.number)), .now - start)
        } catch {
            return (.failure(error), .now - start)
        }
    }

    @Test func `the first address that answers is taken`() throws {
        try onLoop { role in
            let (one, two) = (
                try UpstreamSite(role, script: sayNothing), try UpstreamSite(role, script: sayNothing)
            )
            let (result, _) = await dial([one.address, two.address], role)

            #expect(result == .success(one.address))
            _ = try await one.caller()
            #expect(two.callers.take() == nil)
        }
    }

    @Test func `one that refuses makes way for the next at once`() throws {
        try onLoop { role in
            let site = try UpstreamSite(role, script: sayNothing)
            let refusing = try (0..<8).map { _ in try deserted() }
            let (result, time) = await dial(refusing + [site.address], role)

            #expect(result == .success(site.address))
            #expect(time < .seconds(1))
        }
    }

    @Test func `one that is silent makes way for the next in a quarter of a second`() throws {
        try onLoop { role in
            let (hole, site) = (try Blackhole(), try UpstreamSite(role, script: sayNothing))
            let (result, time) = await dial([hole.address, site.address], role)

            #expect(result == .success(site.address))
            #expect(time >= .milliseconds(250))
            #expect(time < .seconds(2))
        }
    }

    @Test func `one that refuses while another is silent makes way at once too`() throws {
        try onLoop { role in
            let (hole, site) = (try Blackhole(), try UpstreamSite(role, script: sayNothing))
            let refusing = try (0..<8).map { _ in try deserted() }
            let (result, time) = await dial([hole.address] + refusing + [site.address], role)

            #expect(result == .success(site.address))
            #expect(time < .seconds(1))
        }
    }

    @Test func `if all refuse the last is named`() throws {
        try onLoop { role in
            let addresses = try (0..<3).map { _ in try deserted() }
            let (result, _) = await dial(addresses, role)

            #expect(result == .failure(.unreachable("\(addresses[2]): connect: Connection refused")))
        }
    }

    @Test func `without addresses there is nothing to reach`() throws {
        try onLoop { role in
            #expect(await dial([], role).0 == .failure(.unreachable("no address")))
        }
    }

    @Test func `silence of all ends with the time`() throws {
        try onLoop { role in
            let holes = try (0..<3).map { _ in try Blackhole() }
            let (result, time) = await dial(holes.map(\.address), role, limit: .milliseconds(400))

            #expect(result == .failure(.connectTimeout))
            #expect(time >= .milliseconds(400))
            #expect(time < .seconds(3))
        }
    }

    @Test func `an attempt that is given up ends at once`() throws {
        try onLoop { role in
            let hole = try Blackhole()
            let dial = Dial([hole.address, hole.address], on: role.loop)
            role.start { dial.cancel() }
            let start = Moment.now
            await #expect(throws: UpstreamFault.cancelled) { _ = try await dial.run(by: start + .seconds(9)) }

            #expect(Moment.now - start < .seconds(1))
        }
    }

    @Test func `the connections that are not taken are closed`() throws {
        try onLoop { role in
            let (hole, site) = (try Blackhole(), try UpstreamSite(role, script: sayNothing))
            let (result, _) = await dial([hole.address, site.address], role)
            let caller = try await site.caller()

            #expect(result == .success(site.address))
            #expect(await caller.rest() == [])
        }
    }
}
