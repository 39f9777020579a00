import Events
import Gateway
import Posix
import Transport

/// `gatehousectl agent`: keeps a connection to the bridge, and answers its requests with a program.
final class Agent {
    /// The most bytes of a message from the server.
    private static let messageLimit = 10 << 20
    /// Silence after which the connection itself is tried.
    private static let keepAlive = Duration.seconds(30)
    private static let dialTimeout = Duration.seconds(10)

    private let options: AgentOptions
    private let id: String
    private let key: AgentKey
    private let loop: EventLoop
    private let start: (@escaping () async -> Void) -> Void
    private let queue: InvocationQueue
    private let stopped: Signal
    /// The connection that new requests come by, last; before it those whose server leaves.
    private var sessions: [AgentSession] = []
    /// Told how the last of them ended, or nil when its server leaves.
    private var news: Mailbox<AgentSession.Ending?>
    private var isStopping = false
    private var backoff = Backoff()
    /// What was told last of why there is no connection; nil once there is one.
    private var trouble: AgentFault?

    init(_ options: AgentOptions, on loop: EventLoop, start: @escaping (@escaping () async -> Void) -> Void) {
        self.options = options
        self.loop = loop
        self.start = start
        let chance = Digest.hexadecimal(Digest.random(4))
        id = options.agentID ?? "gatehousectl-\(ProcessInformation.pid)-\(chance)"
        key = AgentKey(file: options.keyFile, environment: ProcessInformation.environment)
        queue = InvocationQueue(concurrency: options.concurrency, on: loop, start: start)
        stopped = Signal(on: loop)
        news = Mailbox(on: loop)
    }

    /// Serves until ``stop()``, or until the server refuses.
    ///
    /// - Returns: the exit status.
    func run() async -> CInt {
        do throws(AgentFault) {
            try check()
            while !isStopping { try await tryToServe() }
            return 0
        } catch {
            Terminal.complain("gatehousectl: \(error)")
            return error.exit ?? 1
        }
    }

    /// Says goodbye and ends all commands.
    ///
    /// - Returns: whether the goodbye is worth waiting for: there is a connection, whose end ends ``run()``, and this
    ///   is the first call.
    func stop() -> Bool {
        guard !isStopping else { return false }
        isStopping = true
        queue.cancelAll()
        stopped.raise()
        sessions.forEach { $0.close() }
        return !sessions.isEmpty
    }

    /// Suspends until every command has ended.
    func settled() async { await queue.emptied() }

    // MARK: Connections

    private func check() throws(AgentFault) {
        _ = try readKey()
        let path = ProcessInformation.environment("PATH")
        guard ProgramPath.finds(options.command[0], path: path, exists: FileSystem.exists) else {
            throw .noProgram(options.command[0])
        }
    }

    /// - Throws: what no other try would help.
    private func tryToServe() async throws(AgentFault) {
        do throws(AgentFault) {
            try await serve(try await dial())
        } catch {
            if isStopping { return }
            guard error.exit == nil else { throw error }
            let delay = backoff.next(chance: .random(in: 0...1))
            tell(error, delay)
            _ = await stopped.wait(atMost: delay)
        }
    }

    private func dial() async throws(AgentFault) -> WebSocketConnection {
        do throws(DialError) {
            return try await WebSocketDialer(timeout: Self.dialTimeout, on: loop)
                .dial(options.url, messageLimit: Self.messageLimit, heartbeat: Self.keepAlive)
        } catch {
            throw .unreachable(url: options.url.description, reason: error.description)
        }
    }

    private func serve(_ connection: WebSocketConnection) async throws(AgentFault) {
        // Read again each time: a daemon that starts for the first time makes its key before it listens.
        let key = try readKey()
        let session = AgentSession(connection, on: loop) { [unowned self] in handle($0, $1) }
        let news = Mailbox<AgentSession.Ending?>(on: loop)
        self.news = news
        sessions.append(session)
        if isStopping { session.close() }
        let register = AgentFrameWriter.register(agentID: id, token: key, models: options.models)
        start {
            let ending = await session.run(register)
            self.sessions.removeAll { $0 === session }
            self.queue.cancelAll(of: session)
            news.post(ending)
        }
        switch await news.next() ?? nil {
        case nil: return
        case .lost(let reason): throw .lost(reason)
        case .refused(let reason): throw .refused(reason, hasKey: key != nil)
        case .replaced: throw .replaced(id: id)
        }
    }

    private func handle(_ event: AgentSession.Event, _ session: AgentSession) {
        switch event {
        case .registered(let models): welcome(models)
        case .cancelled(let id): queue.cancel(id)
        case .left: if session === sessions.last { news.post(nil) }
        case .invoked(let id, let model, let request):
            let invocation = Invocation(
                id: id,
                model: model,
                request: request,
                options: options,
                session: session,
                on: loop,
                start: start
            )
            queue.add(invocation)
        }
    }

    private func readKey() throws(AgentFault) -> Secret? {
        do throws(Errno) {
            return try key.read()
        } catch {
            throw .noKey(error.description)
        }
    }

    // MARK: Words

    private func welcome(_ models: [String]) {
        backoff.reset()
        trouble = nil
        let names = models.isEmpty ? "nothing" : models.joined(separator: ", ")
        Terminal.complain(Terminal.printable("connected to \(options.url) as \(id), serving \(names)"))
        let missing = options.models.filter { !models.contains($0) }
        guard !missing.isEmpty else { return }
        Terminal.complain(
            Terminal.printable("not offered there, and so not served: \(missing.joined(separator: ", "))")
        )
    }

    /// One line for each kind of trouble, not for each try.
    private func tell(_ fault: AgentFault, _ delay: Duration) {
        guard fault != trouble else { return }
        trouble = fault
        let tenths = max(1, (delay.milliseconds + 50) / 100)
        Terminal.complain("\(fault); trying again in \(tenths / 10).\(tenths % 10) s")
    }
}
