import Posix

/// Where one child stands, and what is to be done about it; without a clock, chance or effect of its own.
///
/// The states are supervisord's.
struct ChildLifecycle: Equatable {
    enum State: String {
        case stopped = "STOPPED"
        case starting = "STARTING"
        case running = "RUNNING"
        case backoff = "BACKOFF"
        case stopping = "STOPPING"
        case exited = "EXITED"
        case fatal = "FATAL"
    }

    enum Event: Equatable {
        case startWanted
        case stopWanted
        /// It has answered `started`.
        case reachedStart
        /// The process is gone, and one that was to follow it anyway takes its place.
        case handedOver
        /// - chance: 0.5 to 1.5, so that children that died together do not come back together.
        case spawnFailed(isPermanent: Bool, chance: Double)
        /// - hasBeaten: its loop has run since it was told to start.
        case ended(ProcessExit, hasBeaten: Bool, chance: Double)
        /// The time of the last `.retry` has passed.
        case retryDue
    }

    enum Action: Equatable {
        case spawn
        case drain
        /// What drains goes on beside whatever comes next.
        case setAside
        case retry(after: Duration)
        case forgetRetry
    }

    /// EX_CONFIG of sysexits(3): trying again changes nothing.
    static let configurationExit: CInt = 78

    private(set) var state = State.stopped
    /// Deaths since one of its processes last served.
    private(set) var failures = 0

    mutating func handle(_ event: Event) -> [Action] {
        switch (state, event) {
        case (.stopped, .startWanted), (.fatal, .startWanted):
            failures = 0
            state = .starting
            return [.spawn]
        case (.backoff, .startWanted), (.exited, .startWanted):
            state = .starting
            return [.forgetRetry, .spawn]
        case (.starting, .reachedStart):
            state = .running
            return []
        case (.running, .handedOver):
            state = .starting
            return []
        case (.starting, .spawnFailed(let isPermanent, let chance)):
            return isPermanent ? giveUp() : retryLater(chance)
        case (.starting, .ended(let exit, let hasBeaten, let chance)),
            (.running, .ended(let exit, let hasBeaten, let chance)):
            if exit == .code(Self.configurationExit) { return giveUp() }
            guard hasBeaten else { return retryLater(chance) }
            failures = 0
            state = .exited
            return [.retry(after: .milliseconds(50) * chance)]
        case (.backoff, .retryDue), (.exited, .retryDue):
            state = .starting
            return [.spawn]
        case (.starting, .stopWanted), (.running, .stopWanted):
            state = .stopping
            return [.drain]
        case (.stopping, .startWanted):
            state = .starting
            return [.setAside, .spawn]
        case (.stopping, .stopWanted): return [.drain]
        case (.backoff, .stopWanted), (.exited, .stopWanted):
            state = .stopped
            return [.forgetRetry]
        case (.fatal, .stopWanted):
            state = .stopped
            return []
        case (.stopping, .ended), (.stopping, .spawnFailed):
            state = .stopped
            return []
        case (.starting, .startWanted), (.running, .startWanted), (.stopped, .stopWanted), (_, .reachedStart),
            (_, .handedOver), (_, .spawnFailed), (_, .ended), (_, .retryDue):
            return []
        }
    }

    private mutating func giveUp() -> [Action] {
        state = .fatal
        return []
    }

    /// 100 ms, doubling to 30 s.
    private mutating func retryLater(_ chance: Double) -> [Action] {
        state = .backoff
        let delay = min(Duration.milliseconds(100 << min(failures, 9)), .seconds(30))
        failures += 1
        return [.retry(after: delay * chance)]
    }
}
