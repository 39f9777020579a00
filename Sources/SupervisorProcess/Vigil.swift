import Posix

/// Who has been silent for too long, by the heartbeats on the board; a pure value, time arrives with each look.
///
/// A stopped or stuck process closes nothing and ends nothing: its silence is all there is to see. When the supervisor
/// itself was stopped, or the machine slept, everybody was silent for it, and silence counts anew.
struct Vigil {
    /// How often to look.
    static let interval = Duration.milliseconds(500)
    static let slowAfter = Duration.seconds(2)
    static let hungAfter = Duration.seconds(5)
    /// In so many looks, one after the other, it must have been silent for `hungAfter`.
    private static let strikesNeeded = 3
    /// A look that comes later than this was late through no fault of those looked at.
    private static let lateness = Duration.seconds(1)

    /// The sign of life of one process.
    struct Pulse {
        let process: Int
        let heartbeat: Moment
    }

    enum Finding: Equatable {
        /// It may only be busy; said once for each silence.
        case slow(process: Int, silence: Duration)
        /// Nothing is to be expected of it any more; said once.
        case hung(process: Int, silence: Duration)
    }

    private struct Watched {
        var strikes = 0
        var isSlow = false
        var isHung = false
    }

    private var watched: [Int: Watched] = [:]
    private var lastLook: Moment?
    /// No silence counts from before this moment.
    private var floor = Moment(nanoseconds: 0)

    mutating func look(at now: Moment, _ pulses: [Pulse]) -> [Finding] {
        if let lastLook, now - lastLook > Self.interval + Self.lateness { floor = now }
        lastLook = now
        var next: [Int: Watched] = [:]
        var findings: [Finding] = []
        for pulse in pulses {
            var state = watched[pulse.process] ?? Watched()
            let silence = now - min(max(pulse.heartbeat, floor), now)
            if let finding = Self.judge(&state, pulse.process, silence) { findings.append(finding) }
            next[pulse.process] = state
        }
        watched = next
        return findings
    }

    private static func judge(_ state: inout Watched, _ process: Int, _ silence: Duration) -> Finding? {
        guard silence > slowAfter else {
            state = Watched()
            return nil
        }
        state.strikes = silence > hungAfter ? state.strikes + 1 : 0
        if state.strikes >= strikesNeeded, !state.isHung {
            state.isHung = true
            return .hung(process: process, silence: silence)
        }
        if state.isSlow { return nil }
        state.isSlow = true
        return .slow(process: process, silence: silence)
    }
}
