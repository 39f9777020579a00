import Events
import IPC
import Posix

/// The one actor of the process: it carries out one command, until that ends or a signal ends it.
actor CommandRole: Role {
    nonisolated let loop: EventLoop

    init(_ loop: EventLoop) { self.loop = loop }

    /// Lets the daemon carry out a command.
    ///
    /// - Returns: the exit status.
    func control(_ order: ControlOrder) async -> CInt {
        let ended = Mailbox<CInt>(on: loop)
        let session = ControlSession(order, on: loop)
        watchSignals { number in ended.post(order.follows ? 0 : 128 + number.rawValue) }
        start { ended.post(await session.run()) }
        return await ended.next() ?? 1
    }

    /// Serves models with a program, until a signal comes or the server refuses.
    ///
    /// - Returns: the exit status.
    func agent(_ options: AgentOptions) async -> CInt {
        let ended = Mailbox<CInt>(on: loop)
        let agent = Agent(options, on: loop) { self.start($0) }
        watchSignals { _ in if !agent.stop() { ended.post(0) } }
        start { ended.post(await agent.run()) }
        let status = await ended.next() ?? 1
        await agent.settled()
        return status
    }

    private func watchSignals(_ handle: @escaping (SignalNumber) -> Void) {
        _ = try? StopSignals(on: loop, handle)
    }
}
