/// Lets so many through in one turn of the loop; who comes later waits for the next turn, in order.
///
/// What takes long by itself, as the arithmetic of a TLS handshake does, then delays nobody else by more than that.
package final class TurnGate {
    private let limit: Int
    private unowned let loop: EventLoop
    private var turn: UInt64 = 0
    private var passed = 0
    private var waiting: [UnsafeContinuation<Void, Never>] = []
    private var head = 0

    /// How many went through since the start.
    package private(set) var total: UInt64 = 0

    init(_ limit: Int, on loop: EventLoop) { (self.limit, self.loop) = (limit, loop) }

    /// Suspends until it is one's turn.
    package func enter() async {
        if passes() { return }
        await withUnsafeContinuation { continuation in
            waiting.append(continuation)
            if waiting.count == 1 { admitLater() }
        }
    }

    /// Who came through has done nothing: another may, in this turn.
    package func giveBack() {
        passed = max(passed - 1, 0)
        total -= 1
    }

    private func passes() -> Bool {
        if turn != loop.turns { (turn, passed) = (loop.turns, 0) }
        guard waiting.isEmpty, passed < limit else { return false }
        passed += 1
        total += 1
        return true
    }

    private func admitLater() { _ = loop.schedule(after: .zero) { [unowned self] in admit() } }

    private func admit() {
        if turn != loop.turns { (turn, passed) = (loop.turns, 0) }
        while head < waiting.count, passed < limit {
            passed += 1
            total += 1
            waiting[head].resume()
            head += 1
        }
        if head < waiting.count {
            if head > 1024 {
                waiting.removeFirst(head)
                head = 0
            }
            return admitLater()
        }
        waiting.removeAll()
        head = 0
    }
}
