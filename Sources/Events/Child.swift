package import Posix

/// A program that this process started: its own group, its pipes, and how it ends.
package final class Child {
    package let pid: Int32
    private let process: SpawnedProcess
    private let loop: EventLoop
    private var source: EventSource?
    private var waiters: [UnsafeContinuation<ProcessExit, Never>] = []

    /// What it leaves behind in its group ends with it.
    package var endsGroup = false

    /// How it ended; nil while it runs.
    package private(set) var exit: ProcessExit?

    /// Called once, on the loop, when it has ended.
    package var onExit: ((ProcessExit) -> Void)?

    package init(_ launch: ProgramLaunch, on loop: EventLoop) throws(Errno) {
        process = try launch.spawn()
        pid = process.pid
        self.loop = loop
        do throws(Errno) {
            source = try loop.watch(process.descriptor, [.input]) { [unowned self] _ in reap() }
        } catch {
            process.signal(.kill)
            throw error
        }
    }

    deinit { if let source { loop.unwatch(source) } }

    package func signal(_ number: SignalNumber) { if exit == nil { process.signal(number) } }

    /// Also what the child started itself, as long as it stayed in the group.
    package func signalGroup(_ number: SignalNumber) { process.signalGroup(number) }

    /// Suspends until it has ended.
    package func ended() async -> ProcessExit {
        if let exit { return exit }
        return await withUnsafeContinuation { continuation in
            if let exit { continuation.resume(returning: exit) } else { waiters.append(continuation) }
        }
    }

    /// TERM to the group, KILL after `grace`; returns when the child has ended.
    package func terminate(grace: Duration) async -> ProcessExit {
        signalGroup(.terminate)
        let timer = loop.schedule(after: grace) { [weak self] in self?.signalGroup(.kill) }
        let exit = await ended()
        loop.cancel(timer)
        signalGroup(.kill)
        return exit
    }

    private func reap() {
        guard exit == nil else { return }
        // As long as it is not reaped, nobody else can have its number.
        if endsGroup { process.signalGroup(.kill) }
        guard let ended = process.reap() else { return }
        exit = ended
        if let source { loop.unwatch(source) }
        source = nil
        let waiting = waiters
        waiters = []
        waiting.forEach { $0.resume(returning: ended) }
        onExit?(ended)
        onExit = nil
    }
}
