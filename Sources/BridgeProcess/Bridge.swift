package import Events
import IPC
import Log
import Posix
import Shared

/// The process that holds the WebSockets to agents and brings workers' requests to them.
package actor Bridge: Role {
    package nonisolated let loop: EventLoop
    private let slot: Int
    private let version: String

    package init(slot: Int, version: String, on loop: EventLoop) {
        self.slot = slot
        self.version = version
        self.loop = loop
    }

    /// Runs until the supervisor lets it go.
    ///
    /// - Returns: the exit status.
    package func run() async -> CInt {
        let log = Logger(process: "bridge", descriptor: 2)
        loop.atEndOfTurn = { log.flush() }
        do {
            let shared = try SharedState(inheritedFrom: ChildConversation.Descriptors.shared, build: version)
            let service = BridgeService(board: shared.board, log: log, on: loop) { [self] work in start(work)
            }
            let conversation = try ChildConversation(
                role: "bridge",
                slot: slot,
                service: service,
                log: log,
                on: loop,
                start: { [self] work in start(work) }
            )
            service.nonce = conversation.nonce
            service.auditTrail.tell = { conversation.audit($0) }
            return await conversation.run()
        } catch {
            log.error("cannot start", ["reason": .init("\(error)")])
            return 1
        }
    }
}
