import Testing

@testable import gatehousectl

@Suite struct BackoffTests {
    @Test func `the wait doubles to five seconds, and begins again after a success`() {
        var backoff = Backoff()
        let waits = (0..<10).map { _ in backoff.next(chance: 1) }
        backoff.reset()

        #expect(waits == [25, 50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map { .milliseconds($0) })
        #expect(backoff.next(chance: 0) == .microseconds(12_500))
    }

    @Test func `it never overflows`() {
        var backoff = Backoff()
        let last = (0..<10_000).map { _ in backoff.next(chance: 1) }.last

        #expect(last == Backoff.most)
    }
}
