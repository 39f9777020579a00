/// What a process is for: the one actor of the process, on the process's loop.
package protocol Role: Actor {
    nonisolated var loop: EventLoop { get }
}

extension Role {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Starts `work` beside what runs; it is isolated to the role and so stays on the loop.
    package nonisolated func start(_ work: @escaping () async -> Void) {
        loop.park(work)
        Task(executorPreference: loop) { await self.runParked() }
    }

    private func runParked() async {
        if let work = loop.unpark() { await work() }
    }
}
