import Events
import Posix
import Testing

@Suite struct TimerQueueTests {
    @Test func `actions come in the order of their moments, equal ones in the order of scheduling`() {
        var queue = TimerQueue()
        var order: [Int] = []
        for (name, at) in [(1, 30), (2, 10), (3, 20), (4, 10)] {
            _ = queue.schedule(at: Moment(nanoseconds: Int64(at))) { order.append(name) }
        }
        while let action = queue.next(due: Moment(nanoseconds: 25)) { action() }

        #expect(order == [2, 4, 3])
        #expect(queue.earliest == Moment(nanoseconds: 30))
    }

    @Test func `a cancelled action does not run and does not wake the loop`() {
        var queue = TimerQueue()
        let token = queue.schedule(at: Moment(nanoseconds: 1)) {}
        queue.cancel(token)

        #expect(queue.earliest == nil)
        #expect(queue.next(due: .distantFuture) == nil)
        #expect(queue.isEmpty)
    }

    @Test func `a thousand shuffled moments come sorted`() {
        var queue = TimerQueue()
        var seen: [Int] = []
        for at in (0..<1000).shuffled() {
            _ = queue.schedule(at: Moment(nanoseconds: Int64(at))) { seen.append(at) }
        }
        while let action = queue.next(due: .distantFuture) { action() }

        #expect(seen == Array(0..<1000))
    }
}
