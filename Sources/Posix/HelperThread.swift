import CSystem
import Glibc
import Synchronization

/// The one thread beside the loop, for what can block: name resolution, SQLite, log files.
///
/// It starts at the first job and lives as long as the process. Jobs are plain closures over plain values and run in
/// order; their answers go back through the loop's queue, which is the business of the caller. What a job keeps for the
/// next, such as an open database, stays on the thread, in its ``HelperState``.
package final class HelperThread: Sendable {
    private struct Inbox {
        var jobs: [@Sendable (HelperState) -> Void] = []
        var isStarted = false
    }

    private let inbox = Mutex(Inbox())
    private let bell: Descriptor

    package init() throws(Errno) {
        bell = Descriptor(owning: try retrying("eventfd") { eventfdBlocking() })
    }

    package func run(_ job: @escaping @Sendable (HelperState) -> Void) {
        let mustStart = inbox.withLock { inbox in
            inbox.jobs.append(job)
            defer { inbox.isStarted = true }
            return !inbox.isStarted
        }
        if mustStart { start() }
        var one: UInt64 = 1
        _ = Glibc.write(bell.number, &one, 8)
    }

    private func start() {
        var thread = pthread_t()
        let reference = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<HelperThread>.fromOpaque(context).takeUnretainedValue().work()
            },
            reference
        )
    }

    private func work() -> Never {
        let state = HelperState()
        while true {
            var count: UInt64 = 0
            _ = Glibc.read(bell.number, &count, 8)
            let jobs = inbox.withLock { inbox in
                defer { inbox.jobs = [] }
                return inbox.jobs
            }
            for job in jobs { job(state) }
        }
    }
}

/// What jobs of a helper thread keep from one to the next: one object of each type.
package final class HelperState {
    private var objects: [ObjectIdentifier: AnyObject] = [:]

    /// The object of that type; nil: none is kept.
    package subscript<Kept: AnyObject>(_ type: Kept.Type) -> Kept? {
        get { objects[ObjectIdentifier(type)] as? Kept }
        set { objects[ObjectIdentifier(type)] = newValue }
    }
}

private func eventfdBlocking() -> CInt {
    let number = gh_eventfd()
    guard number != -1 else { return -1 }
    let flags = fcntl(number, F_GETFL)
    _ = fcntl(number, F_SETFL, flags & ~O_NONBLOCK)
    return number
}
