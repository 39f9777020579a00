import Config
import Events
import IPC
import Log
import Posix
import Shared

/// All children, by slot.
final class ProcessTable {
    let loop: EventLoop
    let log: Logger
    let start: (@escaping () async -> Void) -> Void
    /// What only children of this supervisor know, in hexadecimal.
    let nonce: String

    private(set) var slots: [Slot] = []
    var configuration: Configuration
    var secrets = ChildSecrets()
    var generation = 1 { didSet { board.supervisor.generation = generation } }
    /// Workers more, or fewer, than the configuration says; by signal.
    private(set) var extraWorkers = 0
    let shared: SharedState
    var listeners: ListenerTable

    /// Children are told `start` as soon as they are configured; before, only when all are.
    private var hasStarted = false
    /// Names of slots whose child has died once; the first start does not wait for them.
    private var hasDied: Set<String> = []
    private let happenings: Broadcast
    private var lastNumber = 0

    /// What children say during a reload, and when one is sent the configuration in force.
    var onReport: ((ChildReport, ChildProcess) -> Void)?
    var onConfigure: ((ChildProcess) -> Void)?
    var onDeath: ((ChildProcess) -> Void)?
    /// What children tell the audit log, and the name of the one that does.
    var onAudit: ([AuditEvent], String) -> Void = { _, _ in }
    /// Lines of children.
    var onOutput: ([UInt8]) -> Void = { _ in }

    private let directory: RunDirectory
    private let nonceBytes: [UInt8]
    private let startedAt = WallClock.seconds
    private let program: Descriptor
    private let nothing: Descriptor
    private let environment: [String]

    init(
        configuration: Configuration,
        listeners: ListenerTable,
        shared: SharedState,
        directory: RunDirectory,
        log: Logger,
        on loop: EventLoop,
        start: @escaping (@escaping () async -> Void) -> Void,
    ) throws(Errno) {
        self.configuration = configuration
        self.listeners = listeners
        self.shared = shared
        self.directory = directory
        self.log = log
        self.loop = loop
        self.start = start
        happenings = Broadcast(on: loop)
        nonceBytes = Digest.random(ChildConversation.nonceBytes)
        nonce = Digest.hexadecimal(nonceBytes)
        program = try FileSystem.openProgram()
        nothing = try FileSystem.openDevice("/dev/null")
        environment = Self.inheritedEnvironment()
        board.supervisor.generation = generation
        board.supervisor.heartbeat = .now
    }

    private var board: Board { shared.board }

    /// Everybody who lives, those that finish included.
    var processes: [ChildProcess] { slots.flatMap(\.processes) }

    func slot(_ name: String) -> Slot? { slots.first { $0.name == name } }

    /// Makes and starts the slots that the configuration wants, and drains those it no longer does.
    func reconcile() throws(Errno) {
        for row in RoleRow.rows {
            let count = wanted(row)
            for index in 0..<count {
                if let slot = slot(row.slotName(index)) {
                    guard slot.isSurplus else { continue }
                    slot.isSurplus = false
                    slot.start()
                } else {
                    try add(row, index)
                }
            }
            for slot in slots where slot.role.name == row.name && slot.index >= count { retire(slot) }
        }
    }

    /// One worker more or less, until the configuration says another number.
    func scale(by step: Int) throws(Errno) {
        guard let row = RoleRow.rows.first(where: \.isScalable) else { return }
        let before = wanted(row)
        extraWorkers += step
        let count = wanted(row)
        extraWorkers = count - row.count(configuration, ProcessInformation.processors)
        log.info("workers wanted", ["before": .init(before), "now": .init(count)])
        try reconcile()
    }

    /// The number in the file is the one that counts again.
    func forgetScale() { extraWorkers = 0 }

    private func wanted(_ row: RoleRow) -> Int {
        let count = row.count(configuration, ProcessInformation.processors)
        return row.isScalable ? min(max(count + extraWorkers, 1), 64) : count
    }

    private func add(_ row: RoleRow, _ index: Int) throws(Errno) {
        let slot = try Slot(row, index, in: self)
        slots.append(slot)
        slot.output.onLines = { [unowned self] in onOutput($0) }
        start { await slot.output.run() }
        slot.start()
    }

    private func retire(_ slot: Slot) {
        guard !slot.isSurplus else { return }
        slot.isSurplus = true
        slot.stop(drainOrder())
        if !slot.isAlive { remove(slot) }
    }

    private func remove(_ slot: Slot) {
        slots.removeAll { $0 === slot }
        slot.output.close()
    }

    /// How long what runs may take, by the configuration.
    func drainOrder() -> DrainOrder {
        let server = configuration.server
        return DrainOrder(
            idle: server.idleDrainTimeout,
            requests: server.drainTimeout,
            streams: server.streamDrainTimeout
        )
    }

    /// How long to wait for processes that were told to leave.
    func patience(with order: DrainOrder) -> Duration { max(order.requests, order.streams) + .seconds(10) }

    // MARK: For slots

    func changed(_ slot: Slot, from before: ChildLifecycle.State) {
        log.debug(
            "state",
            ["child": .init(slot.name), "from": .init(before.rawValue), "to": .init(slot.state.rawValue)]
        )
        announce()
    }

    func died(_ process: ChildProcess, of slot: Slot) {
        release(process)
        onDeath?(process)
        failed(slot)
    }

    func release(_ process: ChildProcess) { shared.release(process.row) }

    /// Nobody is there in the place of one that should be.
    func failed(_ slot: Slot) {
        hasDied.insert(slot.name)
        if slot.isSurplus, !slot.isAlive { remove(slot) }
        startWhenAllAreReady()
        announce()
    }

    func heard(_ report: ChildReport, from process: ChildProcess) {
        onReport?(report, process)
        announce()
    }

    func configure(_ process: ChildProcess) {
        let granted = listeners.listeners(for: process.role)
        let setup = ChildSetup(
            generation: generation,
            configuration: configuration,
            secrets: process.role.secrets(secrets),
            listeners: granted.map(\.grant),
            runDirectory: directory.run,
            stateDirectory: directory.state,
            instance: directory.instance,
            startedAt: startedAt,
            boardRow: process.row.number,
            isReplacement: hasStarted && hasDied.contains(process.name) || process.slot?.successor === process
        )
        process.configure(setup, descriptors: granted.map { $0.descriptor.number })
        onConfigure?(process)
    }

    func configured(_ process: ChildProcess) {
        if hasStarted { process.tellStart() } else { startWhenAllAreReady() }
    }

    /// The first start: everybody at once, so that nobody serves while another cannot.
    private func startWhenAllAreReady() {
        let ready = slots.compactMap(\.current).filter { $0.stage == .configured }
        guard !hasStarted, !ready.isEmpty,
            slots.allSatisfy({ $0.current?.stage == .configured || hasDied.contains($0.name) })
        else { return }
        hasStarted = true
        ready.forEach { $0.tellStart() }
    }

    // MARK: Waiting

    /// Suspends until `condition` holds or `limit` has passed; looks again whenever a child does something.
    ///
    /// - Returns: whether it holds.
    func until(within limit: Duration, _ condition: () -> Bool) async -> Bool {
        await happenings.until(within: limit, condition)
    }

    private func announce() { happenings.announce() }

    // MARK: Launching

    /// Starts a process for `slot`, with a row of its own on the board.
    func launch(_ slot: Slot) throws(Errno) -> ChildProcess {
        guard let row = board.claim(role: slot.role.boardRole, slot: slot.index) else {
            throw Errno("the board is full, so many processes still finish", code: 11)
        }
        lastNumber += 1
        do throws(Errno) {
            return try ChildProcess(slot, number: lastNumber, row: row, in: self)
        } catch {
            board.release(row)
            throw error
        }
    }

    func programLaunch(_ slot: Slot, link: CInt) throws(Errno) -> ProgramLaunch {
        let (read, write) = try makePipe()
        let nonceEnd = Descriptor(owning: write)
        spentNonce = Descriptor(owning: read)
        try Descriptor.writeAll(nonceEnd.number, nonceBytes)
        let output = slot.output.writeEnd.number
        return ProgramLaunch(
            path: "/proc/\(ProcessInformation.pid)/fd/\(program.number)",
            arguments: [
                "gatehoused: \(slot.role.name) \(slot.index)", "--role", slot.role.name, "--slot",
                "\(slot.index)",
            ],
            environment: environment,
            descriptors: [
                (nothing.number, 0), (output, 1), (output, 2),
                (link, ChildConversation.Descriptors.supervisor),
                (read, ChildConversation.Descriptors.nonce),
            ] + sharedDescriptors
        )
    }

    private var sharedDescriptors: [(CInt, CInt)] {
        zip(shared.descriptors, ChildConversation.Descriptors.shared...).map { ($0, $1) }
    }

    /// The reading end that the last child was given; ours is closed at the next launch.
    private var spentNonce: Descriptor?

    private static func inheritedEnvironment() -> [String] {
        let allowed = [
            "PATH", "LANG", "TZ", "SSL_CERT_FILE", "MALLOC_ARENA_MAX", "SWIFT_BACKTRACE", "LLVM_PROFILE_FILE",
            "ASAN_OPTIONS", "TSAN_OPTIONS", "GATEHOUSE_FAULTS", "https_proxy", "HTTPS_PROXY", "no_proxy",
            "NO_PROXY",
            "SSL_CERT_DIR",
        ]
        return allowed.compactMap { name in ProcessInformation.environment(name).map { "\(name)=\($0)" } }
    }
}
