import Config
import Events
import IPC
import Log
import Posix

/// The supervisor's whole state, and what happens to it; everything runs on the loop.
final class Daemon {
    /// How a shutdown treats what still runs; a later order only hurries.
    enum Urgency: Int {
        /// Finish, within the configured time-outs.
        case graceful = 1
        /// Finish within two seconds.
        case fast = 2
        /// Kill.
        case now = 3
    }

    let version: String
    let directory: RunDirectory
    let table: ProcessTable
    let audit: AuditLog
    /// To the process that keeps usage.
    let store: StandingLink
    let log: Logger
    /// Numbers the questions that `status` asks children.
    var lastReport = 0
    private(set) var isShuttingDown = false

    private let loop: EventLoop
    private let manager: ServiceManager
    let source: ConfigurationSource
    private var urgency: Urgency?
    private let ended: Mailbox<CInt>
    private var control: ControlServer?

    let reloader: Reloader
    private let caretaker: Caretaker
    private lazy var sockets = SocketWatch(table, controlSocket: directory.controlSocket) { [unowned self] in
        reopenControl()
    }

    init(
        version: String,
        directory: RunDirectory,
        table: ProcessTable,
        source: ConfigurationSource,
        manager: ServiceManager,
        log: Logger,
        on loop: EventLoop,
    ) {
        self.version = version
        self.directory = directory
        self.table = table
        audit = AuditLog(path: "\(directory.state)/audit.jsonl", log: log, on: loop, spawn: table.start)
        store = StandingLink(
            to: "store",
            in: directory.run,
            hello: DataHello(role: "supervisor", slot: 0, generation: table.generation, nonce: table.nonce),
            log: log,
            on: loop,
            spawn: table.start
        )
        self.source = source
        self.manager = manager
        self.log = log
        self.loop = loop
        reloader = Reloader(table, source)
        caretaker = Caretaker(table)
        ended = Mailbox(on: loop)
    }

    /// Runs the daemon until it has been shut down.
    ///
    /// - Returns: the exit status.
    func run(_ start: @escaping (@escaping () async -> Void) -> Void) async throws -> CInt {
        LogSettings.apply(table.configuration.log, to: log)
        reloader.isAllowed = { [unowned self] in !isShuttingDown }
        for stranger in table.listeners.strangers {
            log.warning("socket not used", ["reason": .init(stranger)])
        }
        reloader.onBegin = { [manager] in manager.reloading() }
        reloader.onEnd = { [unowned self] outcome in reloaded(outcome) }
        reloader.onCommit = { [unowned self] old, new in committed(old, new) }
        try openControl(start)
        table.onAudit = { [unowned self] events, process in audit.append(events, from: process) }
        audit.note("daemon", "started", by: "uid \(ProcessInformation.uid)", "version \(version)")
        try table.reconcile()
        table.start { await self.store.run() }
        caretaker.begin()
        sockets.begin { [unowned self] in !isShuttingDown }
        let isUp = await table.until(within: .seconds(30)) {
            table.slots.allSatisfy { $0.state == .running } || table.slots.contains { $0.state == .fatal }
                || isShuttingDown
        }
        if !isUp { log.error("not every process started", ["see": "gatehousectl status"]) }
        if !isShuttingDown { announceReady() }
        return await ended.next() ?? 0
    }

    /// Takes a signal that was sent to the daemon.
    func take(_ signal: ReceivedSignal) {
        switch signal.number {
        case .child: ProcessInformation.reapStrangers { pid in table.processes.contains { $0.pid == pid } }
        case .hangup: table.start { _ = await self.reload() }
        case .terminate, .interrupt: shutdown(nextUrgency)
        case .quit: shutdown(.fast)
        case .terminalInput: scale(by: 1)
        case .terminalOutput: scale(by: -1)
        default: log.info("signal ignored", ["signal": .init(signal.number.name), "from": .init(signal.pid)])
        }
    }

    private func scale(by step: Int) {
        guard !isShuttingDown else { return }
        do throws(Errno) {
            try table.scale(by: step)
        } catch {
            log.error("cannot start children", ["reason": .init(error)])
        }
    }

    func reload() async -> ReloadOutcome {
        guard !isShuttingDown else { return .failed(["the daemon is shutting down"]) }
        return await reloader.reload()
    }

    /// Workers leave first, all at once; then those they talk to.
    func shutdown(_ wanted: Urgency) {
        guard wanted.rawValue > (urgency?.rawValue ?? 0) else { return }
        urgency = wanted
        let order = shutdownOrder
        log.info(
            "shutting down",
            [
                "urgency": .init("\(wanted)"), "requests_at_most_s": .init(order.requests.components.seconds),
                "streams_at_most_s": .init(order.streams.components.seconds),
            ]
        )
        if isShuttingDown { return hurry() }
        isShuttingDown = true
        manager.stopping("finishing what runs")
        table.start { await self.leaveInOrder() }
    }

    private func leaveInOrder() async {
        for leaves in Set(RoleRow.rows.map(\.leaves)).sorted() { await leave(leaves) }
        store.stop()
        control?.close()
        FileSystem.remove(directory.controlSocket)
        table.listeners.closeAll()
        FileSystem.remove("\(directory.run)/gatehoused.pid")
        audit.note("daemon", "ended", by: "uid \(ProcessInformation.uid)")
        await audit.flushed(within: .seconds(1))
        ended.post(0)
    }

    private var nextUrgency: Urgency { Urgency(rawValue: (urgency?.rawValue ?? 0) + 1) ?? .now }

    private func leave(_ leaves: Int) async {
        let slots = table.slots.filter { $0.role.leaves == leaves }
        for slot in slots { slot.close(shutdownOrder) }
        await closeListeners(for: slots)
        if urgency == .now { slots.forEach { $0.kill() } }
        while !(await table.until(within: .seconds(3600), { slots.allSatisfy { !$0.isAlive } })) {}
    }

    /// Once no child accepts any more, nobody is let in to wait for nothing.
    private func closeListeners(for slots: [Slot]) async {
        _ = await table.until(within: .seconds(1)) { slots.flatMap(\.processes).allSatisfy(\.hasLeft) }
        let purposes = Set(slots.flatMap(\.role.purposes)).subtracting([.data])
        table.listeners.close(purposes)
    }

    private func hurry() {
        for slot in table.slots where slot.isClosed {
            if urgency == .now { slot.kill() } else { slot.stop(shutdownOrder) }
        }
    }

    private var shutdownOrder: DrainOrder {
        var order = table.drainOrder()
        order.idle = .zero
        switch urgency ?? .graceful {
        case .graceful: return order
        case .fast, .now: return DrainOrder(idle: .zero, requests: .seconds(2), streams: .seconds(2))
        }
    }

    // MARK: Configuration

    private func reloaded(_ outcome: ReloadOutcome) {
        guard !isShuttingDown else { return }
        switch outcome {
        case .failed(let lines):
            audit.note("configuration", "refused", by: "gatehoused", lines.first)
            manager.ready("reload failed: \(lines.first ?? ""); serving generation \(table.generation)")
        case .applied(let generation, let changes):
            let what = "generation \(generation): " + changes.joined(separator: "; ")
            audit.note("configuration", "applied", by: "gatehoused", String(what.prefix(4096)))
            fallthrough
        case .unchanged:
            LogSettings.apply(table.configuration.log, to: log)
            manager.ready(summary)
        }
    }

    private func committed(_ old: Configuration, _ new: ConfigurationSource.Candidate) {
        guard old.control.group != new.configuration.control.group else { return }
        do throws(Errno) {
            try directory.share(with: new.group)
        } catch {
            log.error("cannot change the group of the run directory", ["reason": .init(error)])
        }
    }

    private var summary: String {
        let addresses = table.listeners.open.filter { $0.grant.purpose == .clients }.map(\.grant.address)
            .joined(separator: ", ")
        return "serving \(addresses), generation \(table.generation)"
    }

    // MARK: Start

    private func openControl(_ start: @escaping (@escaping () async -> Void) -> Void) throws {
        let socket = try Socket.listen(.unix(directory.controlSocket), mode: 0o660)
        if let group = try ConfigurationSource.group(of: table.configuration) {
            try FileSystem.setGroup(directory.controlSocket, group)
        }
        let server = ControlServer(
            socket,
            log: log,
            on: loop,
            start: start,
            rights: { [unowned self] peer in
                ControlRight.of(peer, by: table.configuration.control, own: ProcessInformation.uid)
            },
            perform: { [unowned self] request, client in
                await ControlCommand.perform(request, for: client, on: self)
            }
        )
        try server.open()
        control = server
    }

    private func reopenControl() {
        control?.close()
        do {
            try openControl(table.start)
        } catch {
            log.error("cannot open the control socket", ["reason": .init("\(error)")])
        }
    }

    private func announceReady() {
        manager.ready(summary)
        log.info("ready", ["generation": .init(table.generation), "processes": .init(table.slots.count)])
        guard !manager.isPresent, table.configuration.log.format == .text else { return }
        let banner = Banner(table.configuration, keyPath: directory.generatedKey, version: version)
        onBanner(banner.text(showsKey: ProcessInformation.isTerminal(2)))
    }

    /// Takes the text for whoever started the daemon by hand.
    var onBanner: (String) -> Void = { _ in }
}
