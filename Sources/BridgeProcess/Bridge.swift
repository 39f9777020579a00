package import Events
import IPC
import Log
import Posix

/// The process that holds the WebSockets to agents and brings workers' requests to them.
package actor Bridge: Role {
    package nonisolated let loop: EventLoop
    private let slot: Int

    package init(slot: Int, on loop: EventLoop) {
        self.slot = slot
        self.loop = loop
    }

    /// Runs until the supervisor lets it go.
    ///
    /// - Returns: the exit status.
    package func run() async -> CInt {
        let log = Logger(process: "bridge", descriptor: 2)
        loop.atEndOfTurn = { log.flush() }
        let service = BridgeService(log: log, on: loop) { [self] work in start(work) }
        do throws(ChildFault) {
            let conversation = try ChildConversation(
                role: "bridge",
                slot: slot,
                service: service,
                log: log,
                on: loop,
                start: { [self] work in start(work) }
            )
            service.nonce = conversation.nonce
            return await conversation.run()
        } catch {
            log.error("cannot start", ["reason": .init(error.description)])
            return 1
        }
    }
}
