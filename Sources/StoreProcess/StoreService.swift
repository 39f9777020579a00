import Config
import Events
import IPC
import Log
import Posix
import Shared

/// The store, as the supervisor steers it.
final class StoreService: ChildService {
    /// How long the journal may take to be read to its end when the daemon goes down.
    private static let farewell = Duration.seconds(2)

    private let shared: SharedState
    private let loop: EventLoop
    private let log: Logger
    private let spawn: (@escaping () async -> Void) -> Void

    /// Given by the conversation; those who dial must know it.
    var nonce = ""

    private var row: BoardRow?
    private var generation = 0
    private var stateDirectory = ""
    private var configuration = Configuration()
    private var database: DatabaseKeeper?
    private var importer: Importer?
    private var housekeeper: Housekeeper?
    private var sessions: SessionKeeper?
    private var desk: StoreDesk?
    private var listeners: [Listener] = []
    private var links: [DataLink] = []
    private var prepared: (generation: Int, configuration: Configuration)?
    private var bell: EventSource?
    private var isLeaving = false

    init(
        shared: SharedState,
        log: Logger,
        on loop: EventLoop,
        spawn: @escaping (@escaping () async -> Void) -> Void
    ) {
        self.shared = shared
        self.log = log
        self.loop = loop
        self.spawn = spawn
    }

    // MARK: ChildService

    func configure(_ setup: ChildSetup, listeners granted: [GrantedListener]) throws(ChildFault) {
        row = shared.board.row(setup.boardRow)
        (generation, configuration, stateDirectory) = (
            setup.generation, setup.configuration, setup.stateDirectory
        )
        LogSettings.apply(configuration.log, to: log)
        let database = DatabaseKeeper(path: databasePath, on: loop)
        let folder = "\(stateDirectory)/journal"
        let importer = Importer(
            shared,
            folder: folder,
            lockPath: "\(setup.runDirectory)/store.lock",
            into: database,
            log: log,
            on: loop
        )
        let desk = StoreDesk(database, log: log)
        importer.onCommit = { desk.publish($0) }
        (self.database, self.importer, self.desk) = (database, importer, desk)
        housekeeper = Housekeeper(database, log: log, on: loop)
        sessions = SessionKeeper(shared.sessions, in: database, lease: setup.boardRow, log: log)
        listeners = granted.map {
            Listener(Descriptor(owning: $0.descriptor), name: $0.grant.name, on: loop)
        }
    }

    func start() throws(ChildFault) {
        guard !isLeaving, let importer else { return }
        row?.state = .serving
        do throws(Errno) {
            let journalBell = shared.journalBell
            bell = try loop.watch(journalBell.descriptor, [.input]) { _ in
                journalBell.silence()
                importer.ring()
            }
            for listener in listeners { try listener.open { [unowned self] in take($0) } }
        } catch {
            throw ChildFault("cannot listen: \(error)")
        }
        spawn { await importer.run() }
        keepHouse()
        keepSessions()
    }

    func prepare(
        _ generation: Int,
        _ configuration: Configuration,
        secrets _: ChildSecrets,
        added _: [GrantedListener]
    )
        throws(ChildFault)
    {
        prepared = (generation, configuration)
    }

    func commit() -> [String]? {
        guard let (generation, configuration) = prepared else { return isLeaving ? [] : nil }
        prepared = nil
        (self.generation, self.configuration) = (generation, configuration)
        LogSettings.apply(configuration.log, to: log)
        if database?.path != databasePath {
            database?.path = databasePath
            importer?.startAnew()
            sessions?.startAnew()
        }
        importer?.ring()
        return []
    }

    func abort() { prepared = nil }

    func leave() {
        (isLeaving, prepared) = (true, nil)
        listeners.forEach { $0.leave() }
        listeners = []
        links.forEach { $0.leave() }
    }

    /// Reads what the others have left behind; the rest is there at the next start.
    func drain(_: DrainOrder) async {
        await importer?.finish(within: Self.farewell)
        await sessions?.work(SessionPolicy(configuration.sessions))
        let end = Moment.now + Self.farewell
        while !links.allSatisfy(\.isLeft), Moment.now < end { await loop.sleep(for: .milliseconds(5)) }
        for link in links { await link.flushed(within: .seconds(1)) }
        links.forEach { $0.close() }
        await database?.close()
    }

    func beat() {
        guard let row else { return }
        row.heartbeat = .now
        row.generation = generation
        row.inFlight = openStreams
        row.served = importer?.imported ?? 0
        row.trouble = trouble
    }

    var status: ChildStatus {
        var status = ChildStatus()
        status.generation = generation
        status.inFlight = openStreams
        status.requests = importer?.imported ?? 0
        status.isDraining = isLeaving
        status.foreignEnqueues = loop.foreignEnqueues
        status.logDropped = log.dropped
        return status
    }

    // MARK: Parts

    /// Questions that are being answered, and those who follow what happens.
    private var openStreams: Int { links.reduce(0) { $0 + $1.openStreams } }

    private var databasePath: String {
        let path = configuration.store.path
        return path.hasPrefix("/") ? path : "\(stateDirectory)/\(path)"
    }

    private var trouble: Trouble? {
        if let fault = importer?.fault { return Self.trouble(of: fault) }
        return importer?.hasBadSegments ?? false ? .journalDamaged : nil
    }

    private static func trouble(of fault: StoreFault) -> Trouble {
        switch fault {
        case .locked: .databaseLocked
        case .full: .databaseFull
        case .readOnly: .databaseReadOnly
        case .missing: .databaseMissing
        case .corrupt: .databaseCorrupt
        case .newer: .databaseNewer
        case .foreign: .databaseForeign
        case .notAllowed: .databaseNotAllowed
        case .other: .databaseFailed
        }
    }

    private func keepHouse() {
        _ = loop.schedule(after: Housekeeper.interval) { [weak self] in
            guard let self, !isLeaving, let housekeeper else { return }
            let store = configuration.store
            spawn { await housekeeper.work(store) }
            keepHouse()
        }
    }

    private func keepSessions() {
        guard !isLeaving, let sessions else { return }
        let policy = SessionPolicy(configuration.sessions)
        spawn { await sessions.work(policy) }
        _ = loop.schedule(after: SessionKeeper.interval) { [weak self] in self?.keepSessions() }
    }

    private func take(_ connection: consuming Descriptor) {
        guard let peer = try? UnixPeer(of: connection.number), peer.uid == ProcessInformation.uid,
            let link = try? DataLink(connection, side: .accepted, on: loop)
        else { return }
        link.onOpen = { [unowned self] stream in
            guard let desk else { return }
            spawn { await desk.answer(stream) }
        }
        spawn { await self.serve(link) }
    }

    private func serve(_ link: DataLink) async {
        let own = DataHello(role: "store", slot: 0, generation: generation, nonce: nonce)
        guard await link.greet(own, answersWithin: .seconds(2)) != nil else { return link.close() }
        links.append(link)
        if isLeaving { link.leave() }
        if let fault = await link.run() { log.warning("link broken", ["reason": .init("\(fault)")]) }
        links.removeAll { $0 === link }
    }
}
