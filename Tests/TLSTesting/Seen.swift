import Synchronization

/// What a test saw on its loop.
package final class Seen<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    package init() {}

    package func note(_ value: Value) { values.withLock { $0.append(value) } }

    package var all: [Value] { values.withLock { $0 } }
    package var last: Value? { all.last }
}
