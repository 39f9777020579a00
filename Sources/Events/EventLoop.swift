package import Posix
import Synchronization

/// The process's one event loop: one thread, one epoll instance, one executor.
///
/// It is the executor of the role actor and the preference of every task in the process, so all Swift code of the
/// process runs on the thread that calls ``run(_:)``. Everything below the "loop thread" mark is touched by that
/// thread only; other threads reach `remote`, and ring the bell. That is why it may call itself `Sendable`.
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    private struct Remote {
        var jobs: [UnownedJob] = []
        var calls: [@Sendable () -> Void] = []
        var enqueues = 0
    }

    private let remote = Mutex(Remote())
    private let bell: Bell

    // MARK: Loop thread

    private var epoll: Epoll
    private var thread: ThreadIdentity?
    private var jobs: [UnownedJob] = []
    private var batch: [UnownedJob] = []
    private var watched = WatchTable()
    private var timers = TimerQueue()
    private var deadlines = 0
    private var nextSweep = Moment.distantFuture
    private var isStopped = false
    private var exitStatus: CInt = 0
    private var helper: HelperThread?

    private var parked: [() async -> Void] = []

    /// Memory lent to readers.
    package let buffers = BufferPool()

    /// Steps of TLS handshakes that take arithmetic: each up to a millisecond.
    package private(set) lazy var handshakes = TurnGate(Self.handshakesPerTurn, on: self)

    /// The time at the start of this turn.
    package private(set) var now = Moment.now

    /// How many turns were taken; a watchdog sees by it that the loop runs.
    package private(set) var turns: UInt64 = 0

    /// Called at the end of every turn that ran jobs: what was collected in the turn is written once, here.
    package var atEndOfTurn: (() -> Void)?

    private static let sweepInterval = Duration.milliseconds(250)
    /// How often jobs that came from jobs are run before descriptors are looked at again.
    private static let batchesPerTurn = 8
    private static let handshakesPerTurn = 4
    private static let bellTag = UInt64.max

    package init() throws(Errno) {
        bell = try Bell()
        epoll = try Epoll()
        try epoll.add(bell.descriptor, [.input, .edge], tag: Self.bellTag)
    }

    package var isCurrent: Bool { thread == .current }

    /// How many jobs other threads put into the queue; 0 under load, or something left the loop.
    package var foreignEnqueues: Int { remote.withLock { $0.enqueues } }

    /// Runs `main` and everything it starts on the calling thread, until it returns.
    package func run(_ main: sending @escaping @isolated(any) () async -> Void) {
        thread = .current
        Task(executorPreference: self) {
            await main()
            self.isStopped = true
        }
        runUntilStopped()
    }

    /// Runs the life of a process, which ends with an exit status.
    package func runProcess(_ main: sending @escaping @isolated(any) () async -> CInt) -> CInt {
        thread = .current
        Task(executorPreference: self) {
            self.exitStatus = await main()
            self.isStopped = true
        }
        runUntilStopped()
        return exitStatus
    }

    private func runUntilStopped() {
        while true {
            runJobs()
            if isStopped { return }
            turn()
        }
    }

    /// Takes a connected descriptor in; the caller keeps it open until ``Registration/close()``.
    package func register(_ descriptor: CInt, _ kind: Registration.Kind) throws(Errno) -> Registration {
        let tag = watched.claim()
        let registration = Registration(descriptor, kind: kind, tag: tag, loop: self)
        try add(descriptor, kind.watched, tag, .stream(registration))
        return registration
    }

    /// Calls `handle` for every event of `descriptor`: a listener, a signal, child or event descriptor.
    package func watch(
        _ descriptor: CInt,
        _ events: EpollEvents,
        _ handle: @escaping (EpollEvents) -> Void,
    ) throws(Errno) -> EventSource {
        let tag = watched.claim()
        try add(descriptor, events, tag, .source(handle))
        return EventSource(descriptor: descriptor, events: events, tag: tag)
    }

    package func unwatch(_ source: EventSource) {
        guard watched.release(source.tag) else { return }
        epoll.remove(source.descriptor)
    }

    /// Puts a shared listener at the end of the kernel's queue of waiters, so that the next connection wakes another.
    package func rearm(_ source: EventSource) {
        epoll.remove(source.descriptor)
        try? epoll.add(source.descriptor, source.events, tag: source.tag)
    }

    package func schedule(after delay: Duration, _ action: @escaping () -> Void) -> TimerQueue.Token {
        timers.schedule(at: Moment.now + delay, action)
    }

    package func cancel(_ token: TimerQueue.Token) { timers.cancel(token) }

    package func sleep(for duration: Duration) async {
        await withUnsafeContinuation { continuation in
            _ = schedule(after: duration) { continuation.resume() }
        }
    }

    /// Lets everybody else go first.
    package func yield() async {
        await withUnsafeContinuation { continuation in
            _ = timers.schedule(at: now) { continuation.resume() }
        }
    }

    /// Runs `work` on the helper thread, because it may block, and returns what it returns.
    package func blocking<Result: Sendable>(
        _ work: @escaping @Sendable (HelperState) -> Result
    ) async throws(Errno) -> Result {
        let thread = try helperThread()
        return await withUnsafeContinuation { continuation in
            thread.run { [self] state in
                let result = work(state)
                call { continuation.resume(returning: result) }
            }
        }
    }

    /// Runs `work` on the helper thread, in order with other such work, and waits for nothing.
    package func offload(_ work: @escaping @Sendable (HelperState) -> Void) throws(Errno) {
        try helperThread().run(work)
    }

    private func helperThread() throws(Errno) -> HelperThread {
        if let helper { return helper }
        let thread = try HelperThread()
        helper = thread
        return thread
    }

    private func turn() {
        let count = epoll.wait(milliseconds: jobs.isEmpty ? milliseconds(until: nextWake) : 0)
        now = .now
        turns &+= 1
        for index in 0..<count {
            let (tag, events) = epoll.event(index)
            if tag == Self.bellTag { takeRemote() } else { dispatch(tag, events) }
        }
        while let action = timers.next(due: now) { action() }
        if now >= nextSweep { sweep() }
    }

    private func dispatch(_ tag: UInt64, _ events: EpollEvents) {
        switch watched[tag] {
        case .nothing: break
        case .stream(let registration): registration.handle(events)
        case .source(let handle): handle(events)
        }
    }

    private func takeRemote() {
        bell.silence()
        let (arrived, calls) = remote.withLock { remote in
            defer { (remote.jobs, remote.calls) = ([], []) }
            return (remote.jobs, remote.calls)
        }
        jobs += arrived
        for call in calls { call() }
    }

    private func runJobs() {
        var batches = 0
        while !jobs.isEmpty, batches < Self.batchesPerTurn {
            batches += 1
            swap(&jobs, &batch)
            for job in batch {
                job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(),
                    taskExecutor: asUnownedTaskExecutor()
                )
            }
            batch.removeAll(keepingCapacity: true)
            if isStopped { return }
        }
        atEndOfTurn?()
    }

    private var nextWake: Moment { min(timers.earliest ?? .distantFuture, nextSweep) }

    private func milliseconds(until moment: Moment) -> CInt {
        guard moment != .distantFuture else { return -1 }
        let wait = (moment - Moment.now).nanoseconds
        return wait <= 0 ? 0 : CInt(clamping: (wait + 999_999) / 1_000_000)
    }

    // MARK: Work

    /// Keeps `work` until the task that was started for it asks for it; both happen on the loop.
    func park(_ work: @escaping () async -> Void) { parked.append(work) }

    func unpark() -> (() async -> Void)? { parked.isEmpty ? nil : parked.removeFirst() }

    // MARK: Watching

    private func add(
        _ descriptor: CInt,
        _ events: EpollEvents,
        _ tag: UInt64,
        _ what: WatchTable.Watched
    ) throws(Errno) {
        do throws(Errno) {
            try epoll.add(descriptor, events, tag: tag)
        } catch {
            _ = watched.release(tag)
            throw error
        }
        watched.put(what, at: tag)
    }

    func remove(_ registration: Registration) {
        if watched.release(registration.tag) { epoll.remove(registration.descriptor) }
    }

    func watch(_ registration: Registration, _ events: EpollEvents) {
        try? epoll.modify(registration.descriptor, events, tag: registration.tag)
    }

    // MARK: Deadlines

    func deadlineChanged(from old: Moment?, to new: Moment?) {
        switch (old, new) {
        case (nil, .some): deadlines += 1
        case (.some, nil): deadlines -= 1
        case (nil, nil), (.some, .some): return
        }
        if deadlines == 0 { nextSweep = .distantFuture }
        if deadlines == 1, nextSweep == .distantFuture { nextSweep = now + Self.sweepInterval }
    }

    private func sweep() {
        nextSweep = deadlines > 0 ? now + Self.sweepInterval : .distantFuture
        for registration in watched.streams { registration.expire(at: now) }
    }

    // MARK: Other threads; SerialExecutor, TaskExecutor (SE-0392, SE-0417)

    /// Runs `action` on the loop thread; from any thread.
    package func call(_ action: @escaping @Sendable () -> Void) {
        remote.withLock { $0.calls.append(action) }
        bell.ring()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent { return jobs.append(job) }
        remote.withLock { remote in
            remote.jobs.append(job)
            remote.enqueues += 1
        }
        bell.ring()
    }

    package func checkIsolated() { precondition(isCurrent) }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }
}
