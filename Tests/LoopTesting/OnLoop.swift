package import Events
import Posix
import Synchronization

/// A role for tests: what it runs is isolated to it and so stays on its loop.
package actor TestRole: Role {
    package nonisolated let loop: EventLoop
    private let ended: Signal
    private var failure: (any Error)?

    package init(_ loop: EventLoop) {
        self.loop = loop
        ended = Signal(on: loop)
    }

    package func run(_ body: @escaping @Sendable (isolated TestRole) async throws -> Void) async -> (
        any Error
    )? {
        start {
            do { try await body(self) } catch { self.failure = error }
            self.ended.raise()
        }
        return await ended.wait(atMost: .seconds(30)) ? failure : StillRunning()
    }
}

/// The body of a test waited for what did not come.
package struct StillRunning: Error {}

/// Runs `body` on a loop of its own, on this thread, until it returns; at most half a minute.
package func onLoop(_ body: @escaping @Sendable (isolated TestRole) async throws -> Void) throws {
    let loop = try EventLoop()
    let role = TestRole(loop)
    let outcome = Outcome()
    loop.run { outcome.set(await role.run(body)) }
    if let error = outcome.error { throw error }
}

private final class Outcome: Sendable {
    private let stored = Mutex<(any Error)?>(nil)
    func set(_ error: (any Error)?) { stored.withLock { $0 = error } }
    var error: (any Error)? { stored.withLock { $0 } }
}
