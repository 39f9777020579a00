import Events

/// The requests at work, as many as may be at once, and those that wait for one to end.
final class InvocationQueue {
    /// The most requests that wait.
    static let limit = 256

    private let concurrency: Int
    private let start: (@escaping () async -> Void) -> Void
    private let changed: Signal
    private var running: [Invocation] = []
    private var waiting: [Invocation] = []

    init(concurrency: Int, on loop: EventLoop, start: @escaping (@escaping () async -> Void) -> Void) {
        self.concurrency = concurrency
        self.start = start
        changed = Signal(on: loop)
    }

    /// Runs the request now or later, or tells that there is no room.
    func add(_ invocation: Invocation) {
        if running.count < concurrency { return begin(invocation) }
        guard waiting.count < Self.limit else { return invocation.fail(.overloaded) }
        waiting.append(invocation)
    }

    func cancel(_ id: String) {
        waiting.removeAll { $0.id == id }
        for invocation in running where invocation.id == id { invocation.cancel() }
    }

    /// Nobody is left whom an answer could reach.
    func cancelAll() {
        waiting = []
        for invocation in running { invocation.cancel() }
    }

    /// The same for answers that go over one connection.
    func cancelAll(of session: AgentSession) {
        waiting.removeAll { $0.session === session }
        for invocation in running where invocation.session === session { invocation.cancel() }
    }

    /// Suspends until every command has ended; one waiter at a time.
    func emptied() async {
        while !running.isEmpty { _ = await changed.wait() }
    }

    private func begin(_ invocation: Invocation) {
        running.append(invocation)
        start { await self.run(invocation) }
    }

    private func run(_ invocation: Invocation) async {
        await invocation.run()
        running.removeAll { $0 === invocation }
        if !waiting.isEmpty { begin(waiting.removeFirst()) }
        changed.raise()
    }
}
