import Config
import Events
import Gateway
import HTTP
import IPC
import Log
import Posix
import Shared
import TLS
import Transport

/// What a worker consists of once it is set up: its links, its journal, and who answers requests.
struct WorkerParts {
    /// What every worker has before it is set up, and what they are made for.
    struct Ground {
        let slot: Int
        let version: String
        let shared: SharedState
        let log: Logger
        let loop: EventLoop
        let spawn: (@escaping () async -> Void) -> Void
        let audit: WorkerAudit
        let remotes: RemoteProviders
        /// Given by the conversation; the bridge asks for it.
        var nonce = ""
    }

    let bridge: StandingLink
    let store: StandingLink
    let journal: UsageJournal
    let manage: ManageHandler
    let handler: RequestHandler
    let server: HTTPServer

    /// Makes them, for a configuration; nothing runs yet.
    init(_ setup: ChildSetup, _ site: Site, on ground: Ground) throws(ChildFault) {
        bridge = ground.link(to: "bridge", setup)
        store = ground.link(to: "store", setup)
        journal = UsageJournal(
            ground.shared,
            lease: setup.boardRow,
            folder: "\(setup.stateDirectory)/journal",
            log: ground.log,
            on: ground.loop,
            spawn: ground.spawn
        )
        let sessions = SessionHandler(
            ground.shared.sessions,
            lease: setup.boardRow,
            audit: ground.audit,
            since: ground.shared.board.supervisor.heartbeat ?? .now,
            on: ground.loop
        )
        let view = BridgeView(bridge, on: ground.loop)
        manage = ManageHandler(ground.shared, bridge: view, sessions: sessions, version: ground.version)
        let governor = Governor(ground.shared.limits, lease: setup.boardRow)
        let chat = ChatHandler(
            [.echo: EchoProvider(), .agent: AgentProvider(bridge)],
            ground.remotes,
            governor: governor,
            sessions: sessions,
            journal: journal,
            instance: setup.instance
        )
        let dispatcher = Dispatcher(
            chat: chat,
            models: ModelHandler(view, ground.remotes),
            usage: UsageHandler(store),
            sessions: sessions,
            manage: manage
        )
        handler = try ground.handler(site, dispatcher, governor, lease: setup.boardRow)
        server = ground.server(handler)
    }
}

extension WorkerParts.Ground {
    fileprivate func link(to role: String, _ setup: ChildSetup) -> StandingLink {
        StandingLink(
            to: role,
            in: setup.runDirectory,
            hello: DataHello(role: "worker", slot: slot, generation: setup.generation, nonce: nonce),
            log: log,
            on: loop,
            spawn: spawn
        )
    }

    fileprivate func handler(
        _ site: Site,
        _ dispatcher: Dispatcher,
        _ governor: Governor,
        lease: Int
    ) throws(ChildFault) -> RequestHandler {
        do throws(RouteFault) {
            return try RequestHandler(
                site,
                dispatcher,
                governor: governor,
                audit: audit,
                shared: shared,
                lease: lease,
                slot: slot,
                log: log
            )
        } catch {
            throw ChildFault("the endpoint table: \(error)")
        }
    }

    fileprivate func server(_ handler: RequestHandler) -> HTTPServer {
        let server = HTTPServer(
            settings: HTTPServer.Settings(handler.site.configuration.server),
            on: loop,
            start: spawn
        ) {
            await handler.handle($0)
        }
        server.onHandshakeFailure = { [log] in log.info("no TLS", ["reason": .init($0.description)]) }
        server.spellRefusal = { handler.spell($0, $1) }
        return server
    }
}
