import Glibc

/// Which thread runs.
package struct ThreadIdentity: Equatable, Sendable {
    private let thread: pthread_t

    private init(_ thread: pthread_t) { self.thread = thread }

    @inline(__always)
    package static var current: ThreadIdentity { ThreadIdentity(pthread_self()) }

    /// Lets others on the caller's core go first (sched_yield(2)).
    package static func yield() { _ = sched_yield() }

    package static func == (left: ThreadIdentity, right: ThreadIdentity) -> Bool {
        left.thread == right.thread
    }
}
