import Config
import Events
import IPC
import Log
import Posix
import Shared

/// Looks after the processes twice a second: replaces those that hang, and, one at a time, those that have grown old.
final class Caretaker {
    /// After a successor failed, so long no other is tried for age.
    private static let rest = Duration.seconds(30)
    /// A younger process is not replaced for its size: the next would be as large.
    private static let leastAge = Duration.seconds(10)
    /// How often slots of the limiter are freed that nobody needs; long before its clock comes round.
    private static let sweepInterval = Duration.seconds(60)

    private let table: ProcessTable
    private let log: Logger
    private var vigil = Vigil()
    /// The one that is being replaced for its age.
    private var renewed: ChildProcess?
    /// Those whose successor did not come up; others have their turn first.
    private var failed: Set<Int> = []
    private var restUntil = Moment(nanoseconds: 0)
    private var lastSweep = Moment.now
    private var lastCleanup = Moment.now

    init(_ table: ProcessTable) {
        self.table = table
        log = table.log
    }

    /// Looks now, and again and again.
    func begin() {
        look()
        _ = table.loop.schedule(after: Vigil.interval) { [weak self] in self?.begin() }
    }

    private func look() {
        let serving = table.processes.filter { $0.stage == .serving || $0.stage == .leaving }
        let pulses = serving.compactMap { process in
            process.lastSign.map { Vigil.Pulse(process: process.number, heartbeat: $0) }
        }
        for finding in vigil.look(at: .now, pulses) { act(on: finding, among: serving) }
        renew()
        sweep()
        endSessions()
    }

    private func sweep() {
        guard Moment.now - lastSweep >= Self.sweepInterval else { return }
        lastSweep = .now
        table.shared.limits.sweep(at: lastSweep)
    }

    private func endSessions() {
        let sessions = table.configuration.sessions
        guard Moment.now - lastCleanup >= sessions.cleanupInterval else { return }
        lastCleanup = .now
        _ = table.shared.sessions.sweep(SessionPolicy(sessions), at: Int(WallClock.nanoseconds / 1_000_000))
    }

    // MARK: Silence

    private func act(on finding: Vigil.Finding, among processes: [ChildProcess]) {
        let named = { (number: Int) in processes.first { $0.number == number } }
        switch finding {
        case .slow(let number, let silence):
            guard let process = named(number) else { return }
            log.warning("child is slow", fields(process, silence))
        case .hung(let number, let silence):
            guard let process = named(number) else { return }
            log.error("child hangs and is replaced", fields(process, silence))
            replace(process)
        }
    }

    /// One that never beat would do no better the next time: its death counts as one at the start.
    private func replace(_ process: ChildProcess) {
        guard process.hasBeaten, let slot = process.slot, slot.current === process, slot.succeed(.abort)
        else {
            return process.abort()
        }
    }

    private func fields(_ process: ChildProcess, _ silence: Duration) -> KeyValuePairs<String, LogLine.Value>
    {
        ["child": .init(process.name), "pid": .init(process.pid), "silent_ms": .init(silence.milliseconds)]
    }

    // MARK: Age

    /// Replaces a worker that has served enough or grown too large, if no other is being replaced.
    private func renew() {
        if isRenewing() { return }
        let server = table.configuration.server
        let slots = table.slots.filter {
            $0.role.isScalable && $0.state == .running && $0.leaving.count < Slot.leavingLimit
        }
        let aged = slots.compactMap(\.current).filter { Self.age(of: $0, server) != nil }
        if aged.allSatisfy({ failed.contains($0.number) }) { failed = [] }
        let oldest = aged.filter { !failed.contains($0.number) }.min { $0.number < $1.number }
        guard let process = oldest, let slot = process.slot else { return }
        log.info(
            "child is renewed",
            ["child": .init(slot.name), "reason": .init(Self.age(of: process, server) ?? "")]
        )
        renewed = process
        slot.succeed(.drain(table.drainOrder()))
    }

    /// Whether the last one that was to go is still there, or its successor failed a moment ago.
    private func isRenewing() -> Bool {
        guard let process = renewed else { return Moment.now < restUntil }
        if process.slot?.successor != nil { return true }
        if process.stage == .serving {
            failed.insert(process.number)
            restUntil = .now + Self.rest
        }
        renewed = nil
        return Moment.now < restUntil
    }

    /// Why a process has had its time; nil while it has not.
    private static func age(of process: ChildProcess, _ server: Configuration.Server) -> String? {
        let served = process.row.served
        if let limit = server.workerMaxRequests, Double(served) >= Double(limit) * process.allotment {
            return "it has answered \(served) requests"
        }
        guard let limit = server.workerMemoryLimit, let started = process.startedAt,
            Moment.now - started > leastAge,
            let bytes = ProcessInformation.privateMemory(of: process.pid), bytes > limit
        else { return nil }
        return "it has \(bytes >> 20) MiB of memory of its own"
    }
}
