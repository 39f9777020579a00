import Posix

/// A descriptor that the loop watches with a closure; ``EventLoop/unwatch(_:)`` ends that.
package struct EventSource: Sendable {
    let descriptor: CInt
    let events: EpollEvents
    let tag: UInt64
}
