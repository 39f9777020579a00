import Events
import IPC
import Log
import Posix

/// The place of one child: the process that fills it now, and what the supervisor knows of it.
final class Slot {
    private static let helloTimeout = Duration.seconds(5)

    let role: RoleRow
    let index: Int
    let name: String
    let output: ChildOutput

    private(set) var lifecycle = ChildLifecycle()
    /// It has answered `configured` and not died since.
    private(set) var isConfigured = false
    private(set) var generation = 0
    private(set) var startedAt: Moment?
    private(set) var restarts = 0
    /// How the last process of this slot ended.
    private(set) var lastEnd: String?
    /// What it last said of itself.
    private(set) var status: ChildStatus?
    /// Its child accepts nobody any more, and lives on only to finish.
    private(set) var hasLeft = false
    /// The slot goes away when its child has.
    var isSurplus = false

    private var child: Child?
    private var link: SupervisorLink?
    private var retry: TimerQueue.Token?
    private var helloTimer: TimerQueue.Token?
    private var killTimer: TimerQueue.Token?
    private var drainOrder: DrainOrder?
    private unowned let table: ProcessTable

    init(_ role: RoleRow, _ index: Int, in table: ProcessTable) throws(Errno) {
        self.role = role
        self.index = index
        name = role.slotName(index)
        output = try ChildOutput(on: table.loop)
        self.table = table
    }

    var state: ChildLifecycle.State { lifecycle.state }
    var pid: Int32? { child?.pid }
    var isAlive: Bool { child != nil }

    func start() { handle(.startWanted) }

    func stop(_ order: DrainOrder) {
        drainOrder = order
        handle(.stopWanted)
    }

    func signal(_ number: SignalNumber) { child?.signal(number) }

    func send(_ command: ChildCommand, descriptors: [CInt] = []) {
        if link?.send(command, descriptors: descriptors) == false {
            table.log.error("a message is too long for its link", ["child": .init(name)])
        }
    }

    /// Kills what is there; the lifecycle then brings a new one.
    func replace() { child?.signal(.kill) }

    /// The child has been told to begin.
    func tellStart() {
        send(.start)
        startedAt = .now
        handle(.reachedStart)
    }

    /// The next status is one that was asked for now.
    func forgetStatus() { status = nil }

    // MARK: Lifecycle

    private func handle(_ event: ChildLifecycle.Event) {
        let before = lifecycle.state
        for action in lifecycle.handle(event) {
            switch action {
            case .spawn: spawn()
            case .drain: drain()
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
            let (own, theirs) = try Socket.pair()
            let theirEnd = Descriptor(owning: theirs)
            let link = try SupervisorLink(Descriptor(owning: own), on: table.loop)
            let child = try Child(table.launch(self, link: theirEnd.number), on: table.loop)
            child.onExit = { [weak self] exit in self?.ended(exit) }
            self.link = link
            self.child = child
            helloTimer = table.loop.schedule(after: Self.helloTimeout) { [weak self] in self?.replace() }
            table.start { await self.listen(link) }
        } catch {
            lastEnd = error.description
            table.log.error("cannot start", ["child": .init(name), "reason": .init(error.description)])
            handle(.spawnFailed(isPermanent: error.isMissing, chance: .random(in: 0.5...1.5)))
            table.died(self)
        }
    }

    private func drain() {
        guard let child, let order = drainOrder else { return }
        if isConfigured { send(.drain(order: order)) } else { child.signal(.kill) }
        if let killTimer { table.loop.cancel(killTimer) }
        let patience = max(order.requests, order.streams) + .seconds(3)
        killTimer = table.loop.schedule(after: patience) { [weak self] in self?.replace() }
    }

    private func ended(_ exit: ProcessExit) {
        let uptime = startedAt.map { Moment.now - $0 }
        lastEnd = exit.description
        cancelTimers()
        link?.close()
        (link, child, status, startedAt, isConfigured, hasLeft) = (nil, nil, nil, nil, false, false)
        let fields: KeyValuePairs<String, LogLine.Value> = [
            "child": .init(name), "how": .init(exit), "uptime": .init((uptime ?? .zero).components.seconds),
        ]
        if lifecycle.state == .stopping || exit == .code(0) {
            table.log.info("child ended", fields)
        } else {
            table.log.warning("child died", fields)
        }
        handle(.ended(exit, chance: .random(in: 0.5...1.5)))
        table.died(self)
    }

    private func cancelTimers() {
        for timer in [helloTimer, killTimer] { if let timer { table.loop.cancel(timer) } }
        (helloTimer, killTimer) = (nil, nil)
    }

    // MARK: Conversation

    private func listen(_ link: SupervisorLink) async {
        do {
            while let (report, descriptors) = try await link.receive() {
                for number in descriptors { _ = Descriptor(owning: number) }
                handle(report)
            }
        } catch is StreamError {
            // Its end is told by the process descriptor.
        } catch {
            table.log.error("child broke the rules", ["child": .init(name), "reason": .init("\(error)")])
            replace()
        }
    }

    private func handle(_ report: ChildReport) {
        switch report {
        case .hello(let version, let role, let slot, _, let nonce):
            guard version == ChildConversation.version, role == self.role.name, slot == index,
                nonce == table.nonce
            else {
                return replace()
            }
            generation = table.generation
            table.configure(self)
        case .configured:
            if let helloTimer { table.loop.cancel(helloTimer) }
            helloTimer = nil
            isConfigured = true
            table.configured(self)
        case .committed(let generation):
            self.generation = generation
            table.heard(report, from: self)
        case .status(_, let status):
            self.status = status
            table.heard(report, from: self)
        case .left(let names):
            if names.isEmpty { hasLeft = true }
            table.heard(report, from: self)
        case .prepared, .refused, .drained: table.heard(report, from: self)
        }
    }
}
