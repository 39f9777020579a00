import Posix
import Testing

@testable import SupervisorProcess

@Suite struct ChildLifecycleTests {
    @Test func `a child that is wanted is spawned, and runs once it was told to start`() {
        var life = ChildLifecycle()

        #expect(life.handle(.startWanted) == [.spawn])
        #expect(life.state == .starting)
        #expect(life.handle(.reachedStart) == [])
        #expect(life.state == .running)
    }

    @Test func `a child that ran and died comes back after 50 ms, however often`() {
        var life = running()
        for _ in 0..<20 {
            #expect(
                life.handle(.ended(.signal(.kill), hasBeaten: true, chance: 1)) == [
                    .retry(after: .milliseconds(50))
                ]
            )
            #expect(life.state == .exited)
            #expect(life.handle(.retryDue) == [.spawn])
            _ = life.handle(.reachedStart)
        }
    }

    @Test
    func `deaths before the first heartbeat double the pause up to 30 s, and one after it forgets them`() {
        var life = ChildLifecycle()
        _ = life.handle(.startWanted)
        var pauses: [Duration] = []
        for _ in 0..<11 {
            guard case .retry(let pause)? = life.handle(.ended(.code(1), hasBeaten: false, chance: 1)).first
            else {
                Issue.record("no retry")
                return
            }
            #expect(life.state == .backoff)
            pauses.append(pause)
            _ = life.handle(.retryDue)
        }

        let expected = [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]
        #expect(pauses == expected.map { .milliseconds($0) })
        _ = life.handle(.reachedStart)
        #expect(life.handle(.ended(.code(1), hasBeaten: false, chance: 1)) == [.retry(after: .seconds(30))])
        _ = life.handle(.retryDue)
        _ = life.handle(.reachedStart)
        #expect(
            life.handle(.ended(.code(1), hasBeaten: true, chance: 1)) == [.retry(after: .milliseconds(50))]
        )
        #expect(life.failures == 0)
    }

    @Test(arguments: [0.5, 1.0, 1.5])
    func `chance spreads the pause`(chance: Double) {
        var life = ChildLifecycle()
        _ = life.handle(.startWanted)

        #expect(
            life.handle(.ended(.code(1), hasBeaten: false, chance: chance)) == [
                .retry(after: .milliseconds(100) * chance)
            ]
        )
    }

    @Test func `a child that refuses its configuration is not tried again until somebody asks`() {
        var life = running()

        #expect(life.handle(.ended(.code(78), hasBeaten: true, chance: 1)) == [])
        #expect(life.state == .fatal)
        #expect(life.handle(.retryDue) == [])
        #expect(life.handle(.startWanted) == [.spawn])
    }

    @Test(arguments: [(true, ChildLifecycle.State.fatal), (false, .backoff)])
    func `a program that cannot be started for good is fatal`(
        isPermanent: Bool,
        expected: ChildLifecycle.State
    ) {
        var life = ChildLifecycle()
        _ = life.handle(.startWanted)
        _ = life.handle(.spawnFailed(isPermanent: isPermanent, chance: 1))

        #expect(life.state == expected)
    }

    @Test func `stopping drains, a second wish drains anew, and the end is the end`() {
        var life = running()

        #expect(life.handle(.stopWanted) == [.drain])
        #expect(life.handle(.stopWanted) == [.drain])
        #expect(life.handle(.ended(.code(0), hasBeaten: true, chance: 1)) == [])
        #expect(life.state == .stopped)
        #expect(life.handle(.retryDue) == [])
    }

    @Test func `stopping what waits for its next try needs no signal`() {
        var life = ChildLifecycle()
        _ = life.handle(.startWanted)
        _ = life.handle(.ended(.code(1), hasBeaten: false, chance: 1))

        #expect(life.handle(.stopWanted) == [.forgetRetry])
        #expect(life.state == .stopped)
    }

    @Test func `a start wanted while it stops does not wait for what still drains`() {
        var life = running()
        _ = life.handle(.stopWanted)

        #expect(life.handle(.startWanted) == [.setAside, .spawn])
        #expect(life.state == .starting)
        _ = life.handle(.reachedStart)
        #expect(life.state == .running)
    }

    @Test func `a successor that is there already takes the place of one that died`() {
        var life = running()

        #expect(life.handle(.handedOver) == [])
        #expect(life.state == .starting)
        #expect(life.handle(.reachedStart) == [])
        #expect(life.state == .running)
    }

    private func running() -> ChildLifecycle {
        var life = ChildLifecycle()
        _ = life.handle(.startWanted)
        _ = life.handle(.reachedStart)
        return life
    }
}
