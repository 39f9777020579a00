package import Posix

/// What is to happen when: a binary heap of moments, earliest first.
///
/// A pure value but for the actions it keeps; it knows no clock.
package struct TimerQueue {
    /// Names a scheduled action, so that it can be cancelled.
    package struct Token: Hashable, Sendable { fileprivate let number: UInt64 }

    private struct Entry {
        let moment: Moment
        let token: Token

        func isBefore(_ other: Entry) -> Bool { (moment, token.number) < (other.moment, other.token.number) }
    }

    private var heap: [Entry] = []
    private var actions: [Token: () -> Void] = [:]
    private var lastNumber: UInt64 = 0

    package init() {}

    /// The moment of the earliest action, cancelled ones included; nil if there is none.
    package var earliest: Moment? { heap.first?.moment }

    package var isEmpty: Bool { actions.isEmpty }

    package mutating func schedule(at moment: Moment, _ action: @escaping () -> Void) -> Token {
        lastNumber += 1
        let entry = Entry(moment: moment, token: Token(number: lastNumber))
        actions[entry.token] = action
        heap.append(entry)
        rise(from: heap.count - 1)
        return entry.token
    }

    package mutating func cancel(_ token: Token) {
        actions[token] = nil
        while let first = heap.first, actions[first.token] == nil { removeFirst() }
    }

    /// Takes the earliest action that is due; call until nil.
    package mutating func next(due now: Moment) -> (() -> Void)? {
        while let first = heap.first, first.moment <= now {
            removeFirst()
            if let action = actions.removeValue(forKey: first.token) { return action }
        }
        return nil
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        sink(from: 0)
    }

    private mutating func rise(from start: Int) {
        var child = start
        while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func sink(from start: Int) {
        var parent = start
        while true {
            var first = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].isBefore(heap[first]) {
                first = child
            }
            if first == parent { return }
            heap.swapAt(parent, first)
            parent = first
        }
    }
}
