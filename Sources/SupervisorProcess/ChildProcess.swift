import Events
import IPC
import Log
import Posix
import Shared

/// One process of the tree, from its spawn to its end.
final class ChildProcess {
    /// How far it has come; the later, the greater.
    enum Stage: Int, Comparable {
        /// Not a word yet.
        case spawned
        /// It was sent its configuration.
        case configuring
        /// It has answered `configured`.
        case configured
        /// It has answered `started`.
        case serving
        /// It was told to finish, or to die.
        case leaving
        case ended

        static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
    }

    /// How long it may take to answer `configured`, and then `started`.
    private static let bootTimeout = Duration.seconds(5)
    /// How long an abort may take, a backtrace included.
    private static let abortTimeout = Duration.seconds(1)

    private static let mercy = Duration.milliseconds(100)

    /// Never used again, as pids are.
    let number: Int
    let row: BoardRow
    /// What part of a limit of age is its own, so that those who began together do not grow old together.
    let allotment = Double.random(in: 0.8...1.2)
    let role: RoleRow
    let index: Int
    /// The slot's name.
    let name: String
    /// Nil once the slot is gone.
    private(set) weak var slot: Slot?
    private(set) var stage = Stage.spawned
    private(set) var generation = 0
    private(set) var startedAt: Moment?
    /// What it last said of itself.
    private(set) var status: ChildStatus?
    /// Why the supervisor ended it by force; nil if it did not.
    private(set) var verdict: String?
    /// It accepts nobody any more, and lives on only to finish.
    private(set) var hasLeft = false

    private let child: Child
    private let link: SupervisorLink
    private unowned let table: ProcessTable
    private var timer: TimerQueue.Token?
    private var killAt = Moment.distantFuture

    init(_ slot: Slot, number: Int, row: BoardRow, in table: ProcessTable) throws(Errno) {
        let (own, theirs) = try Socket.pair()
        let theirEnd = Descriptor(owning: theirs)
        link = try SupervisorLink(Descriptor(owning: own), on: table.loop)
        child = try Child(table.programLaunch(slot, link: theirEnd.number), on: table.loop)
        (role, index, name) = (slot.role, slot.index, slot.name)
        self.slot = slot
        self.number = number
        self.row = row
        self.table = table
        // What writes down how it crashed has nobody left to look at.
        child.endsGroup = true
        child.onExit = { [unowned self] exit in ended(exit) }
        kill(
            after: Self.bootTimeout,
            because: "it did not answer within \(Self.bootTimeout.components.seconds) s"
        )
        table.start { await self.listen() }
    }

    var pid: Int32 { child.pid }
    /// It has the configuration, or will have it before anything that is sent now.
    var takesPart: Bool { stage > .spawned && stage < .leaving }
    /// It has said that its loop runs since it was told to start.
    var hasBeaten: Bool {
        guard let startedAt, let heartbeat = row.heartbeat else { return false }
        return heartbeat > startedAt
    }

    /// When it last said that it lives; its start, if it has not since; nil before that.
    var lastSign: Moment? {
        startedAt.map { max(row.heartbeat ?? $0, $0) }
    }

    func send(_ command: ChildCommand, descriptors: [CInt] = []) {
        if !link.send(command, descriptors: descriptors) {
            table.log.error("a message is too long for its link", ["child": .init(name)])
        }
    }

    func signal(_ number: SignalNumber) { child.signal(number) }

    /// Ends it at once; `reason` is for the operator.
    func kill(because reason: String) {
        verdict = verdict ?? reason
        child.signal(.kill)
    }

    /// The next status is one that was asked for now.
    func forgetStatus() { status = nil }

    func configure(_ setup: ChildSetup, descriptors: [CInt]) {
        generation = setup.generation
        stage = .configuring
        send(.configure(setup: setup), descriptors: descriptors)
    }

    /// It has been told to begin.
    func tellStart() {
        startedAt = .now
        send(.start)
        kill(
            after: Self.bootTimeout,
            because: "it did not start within \(Self.bootTimeout.components.seconds) s"
        )
    }

    // MARK: Leaving

    /// Lets it finish; what it is told later can only hurry it.
    func drain(_ order: DrainOrder) {
        if stage >= .configured {
            send(.drain(order: order))
        } else {
            kill(because: "it is no longer wanted")
        }
        stage = .leaving
        row.state = .draining
        kill(after: max(order.requests, order.streams) + .seconds(3), because: "its time to finish was over")
    }

    /// Ends one that cannot be talked to; one that is stopped goes on just for that.
    func abort() {
        (stage, verdict) = (.leaving, verdict ?? "it hung")
        child.signal(.abort)
        child.signal(.continue)
        kill(after: Self.abortTimeout, because: "it hung")
    }

    private func kill(after limit: Duration, because reason: String) {
        if stage == .leaving, Moment.now + limit > killAt { return }
        cancelTimer()
        if stage == .leaving { killAt = .now + limit }
        // If the supervisor itself was stopped meanwhile, what has come is read before anybody is killed for it.
        timer = table.loop.schedule(after: limit) { [weak self] in
            guard let self else { return }
            timer = table.loop.schedule(after: Self.mercy) { [weak self] in self?.kill(because: reason) }
        }
    }

    private func cancelTimer() {
        if let timer { table.loop.cancel(timer) }
        timer = nil
    }

    private func ended(_ exit: ProcessExit) {
        cancelTimer()
        link.close()
        status = nil
        stage = .ended
        if let slot { slot.ended(self, exit) } else { table.release(self) }
    }

    /// One that leaves by itself, as after a TERM, gets a successor now, not when it has finished.
    private func leftAll() {
        hasLeft = true
        if stage == .serving, let slot, slot.current === self { slot.succeed(.drain(table.drainOrder())) }
    }

    // MARK: Conversation

    private func listen() async {
        do {
            while let (report, descriptors) = try await link.receive() {
                for number in descriptors { _ = Descriptor(owning: number) }
                handle(report)
            }
        } catch is StreamError {
            // Its end is told by the process descriptor.
        } catch {
            table.log.error("child broke the rules", ["child": .init(name), "reason": .init("\(error)")])
            kill(because: "it broke the rules of its link")
        }
    }

    private func handle(_ report: ChildReport) {
        switch report {
        case .hello(let version, let role, let slot, _, let nonce):
            let isExpected = version == ChildConversation.version && role == self.role.name && slot == index
            guard isExpected, nonce == table.nonce, stage == .spawned else {
                return kill(because: "it did not say who it is")
            }
            table.configure(self)
        case .configured:
            guard stage == .configuring else { break }
            cancelTimer()
            stage = .configured
            table.configured(self)
        case .started:
            guard stage == .configured else { break }
            cancelTimer()
            stage = .serving
            slot?.serves(self)
        case .committed(let generation): self.generation = generation
        case .status(_, let status): self.status = status
        case .audit(let events): return table.onAudit(events, name)
        case .left(let names): if names.isEmpty { leftAll() }
        case .prepared, .refused, .drained: break
        }
        table.heard(report, from: self)
    }
}
