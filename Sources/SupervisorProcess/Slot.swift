import Events
import IPC
import Log
import Posix

/// The place of one child: the process that fills it, the one that is to follow it, and those that still finish.
final class Slot {
    /// What becomes of a process once its successor serves.
    enum Farewell {
        case drain(DrainOrder)
        /// It hangs.
        case abort
    }

    /// So many processes of one slot may still finish; then no other is sent after them.
    static let leavingLimit = 8

    let role: RoleRow
    let index: Int
    let name: String
    let output: ChildOutput

    private(set) var lifecycle = ChildLifecycle()
    private(set) var current: ChildProcess?
    private(set) var successor: ChildProcess?
    private(set) var leaving: [ChildProcess] = []
    private(set) var restarts = 0
    /// How the last process of this slot ended that was not told to.
    private(set) var lastEnd: String?
    /// The last lines that it wrote.
    private(set) var lastWords: [String] = []
    /// The slot goes away when its processes have.
    var isSurplus = false
    /// No process is started here any more.
    private(set) var isClosed = false
    private(set) var hasRun = false

    private var farewell: Farewell?
    private var drainOrder: DrainOrder?
    private var retry: TimerQueue.Token?
    private unowned let table: ProcessTable

    init(_ role: RoleRow, _ index: Int, in table: ProcessTable) throws(Errno) {
        self.role = role
        self.index = index
        name = role.slotName(index)
        output = try ChildOutput(on: table.loop)
        self.table = table
    }

    var state: ChildLifecycle.State { lifecycle.state }
    var pid: Int32? { current?.pid }
    var status: ChildStatus? { current?.status }
    var processes: [ChildProcess] { leaving + [current, successor].compactMap { $0 } }
    var isAlive: Bool { current != nil || successor != nil || !leaving.isEmpty }

    /// - Returns: false if the slot is about to go away.
    @discardableResult
    func start() -> Bool {
        guard !isClosed, !isSurplus else { return false }
        handle(.startWanted)
        return true
    }

    func stop(_ order: DrainOrder) {
        drainOrder = order
        successor?.kill(because: "it is no longer wanted")
        leaving.forEach { $0.drain(order) }
        handle(.stopWanted)
    }

    /// Stops it for good.
    func close(_ order: DrainOrder) {
        isClosed = true
        stop(order)
    }

    func kill() { processes.forEach { $0.kill(because: "the daemon goes down at once") } }

    /// Starts another process, and lets the present one go when that one serves.
    ///
    /// - Returns: false if there is nothing to follow, or it cannot be started.
    @discardableResult
    func succeed(_ farewell: Farewell) -> Bool {
        guard lifecycle.state == .running, let current, !isClosed, !isSurplus else { return false }
        if case .abort? = self.farewell {} else { self.farewell = farewell }
        if successor != nil { return true }
        do throws(Errno) {
            successor = try table.launch(self)
            return true
        } catch {
            table.log.error("cannot start a successor", ["child": .init(name), "reason": .init(error)])
            if case .abort = farewell { current.abort() }
            self.farewell = nil
            return false
        }
    }

    // MARK: For processes

    func serves(_ process: ChildProcess) {
        hasRun = true
        if process === successor { handOver() }
        handle(.reachedStart)
        table.log.info("child started", ["child": .init(name), "pid": .init(process.pid)])
    }

    func ended(_ process: ChildProcess, _ exit: ProcessExit) {
        defer { table.died(process, of: self) }
        report(process, exit)
        if process === successor {
            successor = nil
            if case .abort? = farewell { current?.abort() }
            farewell = nil
        } else if process === current {
            currentEnded(process, exit)
        } else {
            leaving.removeAll { $0 === process }
        }
    }

    private func handOver() {
        guard let next = successor else { return }
        let previous = current
        (current, successor) = (next, nil)
        guard let previous, let farewell else { return }
        self.farewell = nil
        leaving.append(previous)
        switch farewell {
        case .drain(let order): previous.drain(order)
        case .abort:
            restarts += 1
            previous.abort()
        }
    }

    private func currentEnded(_ process: ChildProcess, _ exit: ProcessExit) {
        current = nil
        if let next = successor {
            (current, successor, farewell) = (next, nil, nil)
            restarts += 1
            return handle(.handedOver)
        }
        handle(.ended(exit, hasBeaten: process.hasBeaten, chance: .random(in: 0.5...1.5)))
    }

    private func report(_ process: ChildProcess, _ exit: ProcessExit) {
        let uptime = process.startedAt.map { Moment.now - $0 } ?? .zero
        let how = process.verdict.map { "\(exit) by the supervisor: \($0)" } ?? exit.description
        let fields: KeyValuePairs<String, LogLine.Value> = [
            "child": .init(name), "pid": .init(process.pid), "how": .init(how),
            "uptime": .init(uptime.components.seconds),
        ]
        if exit == .code(0) { return table.log.info("child ended", fields) }
        output.takeAll()
        lastEnd = process.verdict.map { "ended by the supervisor: \($0)" } ?? ExitMeaning.text(of: exit)
        lastWords = output.lines(5)
        table.log.warning("child died", fields)
    }

    // MARK: Lifecycle

    private func handle(_ event: ChildLifecycle.Event) {
        let before = lifecycle.state
        for action in lifecycle.handle(event) {
            switch action {
            case .spawn: spawn()
            case .drain: if let order = drainOrder { current?.drain(order) }
            case .setAside:
                leaving += [current].compactMap { $0 }
                current = nil
            case .retry(let delay):
                retry = table.loop.schedule(after: delay) { [weak self] in self?.retryNow() }
            case .forgetRetry: forgetRetry()
            }
        }
        if lifecycle.state != before { table.changed(self, from: before) }
    }

    private func retryNow() {
        retry = nil
        restarts += 1
        handle(.retryDue)
    }

    private func forgetRetry() {
        if let retry { table.loop.cancel(retry) }
        retry = nil
    }

    private func spawn() {
        do throws(Errno) {
            current = try table.launch(self)
        } catch {
            lastEnd = error.description
            table.log.error("cannot start", ["child": .init(name), "reason": .init(error.description)])
            handle(.spawnFailed(isPermanent: error.isMissing, chance: .random(in: 0.5...1.5)))
            table.failed(self)
        }
    }
}
