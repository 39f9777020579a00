import Events
import Gateway
import Posix
import Shared

/// Lets only so many requests through at a time, those of all workers together, and has a bounded number wait.
///
/// Who is through counts in shared memory, so that a worker that dies takes its own with it. Of those who wait here the
/// first is called when somebody leaves here, and looks now and then whether somebody has left elsewhere.
final class WaitingRoom {
    /// A request that waits, or has waited.
    final class Place {
        fileprivate let called: Signal
        fileprivate(set) var isGone = false

        init(on loop: EventLoop) { called = Signal(on: loop) }

        /// It does not want to get through any more.
        func giveUp() {
            isGone = true
            called.raise()
        }
    }

    private static let pause = Duration.milliseconds(20)

    private let table: LimitTable
    private let subject: LimitSubject
    private let rules: LimitRules
    private let lease: Int
    /// The most that wait here.
    private let room: Int
    private var queue: [Place] = []

    /// `name`: the same in all workers.
    init(_ name: String, concurrency: Int, room: Int, _ table: LimitTable, lease: Int) {
        self.table = table
        self.lease = lease
        self.room = room
        subject = table.subject(name)
        rules = LimitRules(concurrency: concurrency)
    }

    /// Waits for its turn, at most for `limit`; nil: it has given up, or the time is over.
    ///
    /// - Throws: `.overloaded` if too many wait already.
    func enter(_ place: Place, within limit: Duration) async throws(GatewayError) -> LimitPermit? {
        if !queue.contains(where: { $0 === place }) {
            if queue.isEmpty, let permit = admitted() { return permit }
            guard queue.count < room else { throw .overloaded }
            queue.append(place)
        }
        let end = Moment.now + limit
        while !place.isGone {
            if queue.first === place, let permit = admitted() {
                leave(place)
                return permit
            }
            let rest = end - .now
            // It keeps its place, to ask again.
            guard rest > .zero else { return nil }
            _ = await place.called.wait(atMost: min(rest, Self.pause))
        }
        leave(place)
        return nil
    }

    /// Takes out who does not wait any more.
    func leave(_ place: Place) {
        queue.removeAll { $0 === place }
        queue.first?.called.raise()
    }

    /// Lets the next through.
    func release(_ permit: LimitPermit) {
        table.cancel(permit)
        queue.first?.called.raise()
    }

    private func admitted() -> LimitPermit? {
        try? table.admit(subject, rules, tokens: 0, lease: lease, at: .now)
    }
}
