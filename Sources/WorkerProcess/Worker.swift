package import Events
import IPC
import Log
import Posix
import Shared

/// A process that accepts connections, speaks HTTP and answers.
package actor Worker: Role {
    package nonisolated let loop: EventLoop
    /// Asked for several times a request, so it is stored, and not made of the loop each time.
    package nonisolated let unownedExecutor: UnownedSerialExecutor
    private let slot: Int
    private let version: String

    package init(slot: Int, version: String, on loop: EventLoop) {
        self.slot = slot
        self.version = version
        self.loop = loop
        unownedExecutor = loop.asUnownedSerialExecutor()
    }

    /// Runs until the supervisor lets it go.
    ///
    /// - Returns: the exit status.
    package func run() async -> CInt {
        let log = Logger(process: "worker:\(slot)", descriptor: 2)
        let flusher = LogFlusher(log, on: loop)
        loop.atEndOfTurn = { flusher.look() }
        defer { log.flush() }
        let spawn: (@escaping () async -> Void) -> Void = { [self] work in start(work) }
        do {
            let shared = try SharedState(inheritedFrom: ChildConversation.Descriptors.shared, build: version)
            let service = WorkerService(
                slot: slot,
                version: version,
                shared: shared,
                log: log,
                on: loop,
                spawn: spawn
            )
            let conversation = try ChildConversation(
                role: "worker",
                slot: slot,
                service: service,
                log: log,
                on: loop,
                start: spawn
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
