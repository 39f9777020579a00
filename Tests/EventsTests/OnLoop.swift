import Events
import Posix
import Synchronization
import Testing

/// A role for tests: what it runs is isolated to it and so stays on its loop.
actor TestRole: Role {
    nonisolated let loop: EventLoop

    init(_ loop: EventLoop) { self.loop = loop }

    func run(_ body: @Sendable (isolated TestRole) async throws -> Void) async -> (any Error)? {
        do {
            try await body(self)
            return nil
        } catch {
            return error
        }
    }
}

/// Runs `body` on a loop of its own, on this thread, until it returns.
func onLoop(_ body: @escaping @Sendable (isolated TestRole) async throws -> Void) throws {
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

/// Two streams that are connected to each other.
func connectedStreams(_ kind: Registration.Kind = .unixData, on loop: EventLoop) throws -> (
    ByteStream, ByteStream
) {
    let (left, right) = try Socket.pair()
    return (
        try ByteStream(Descriptor(owning: left), kind, on: loop),
        try ByteStream(Descriptor(owning: right), kind, on: loop)
    )
}

extension InputBuffer {
    /// Everything unread, taken.
    func takeAll() -> [UInt8] {
        defer { consume(count) }
        return Array(unread)
    }
}
