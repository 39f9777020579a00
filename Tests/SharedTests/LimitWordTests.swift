import Testing

@testable import Shared

@Suite struct LimitWordTests {
    /// Criterion 13 of the local provider: 10 requests and 1000 tokens a minute, one request of 50.
    @Test func `an admitted request is counted`() throws {
        let rules = LimitRules(requests: 10, tokens: 1000)
        var word = LimitWord(tag: 7, at: 5)

        try word.admit(rules, tokens: 50, at: 5)

        let standing = word.standing(rules, at: 5)
        #expect((standing.requestsLeft, standing.tokensLeft) == (9, 950))
        #expect(standing.resetsAfter == .seconds(60))
        #expect(word.tag == 7)
    }

    /// Criterion 14.
    @Test func `the request after the last is refused, and costs nothing`() throws {
        var word = try Self.used(2, LimitRules(requests: 2, tokens: 1000), tokens: 1, at: 100)
        let before = word

        let refusal = try #require(throws: LimitRefusal.self) {
            try word.admit(LimitRules(requests: 2, tokens: 1000), tokens: 1, at: 10_100)
        }

        #expect((refusal.unit, refusal.limit, refusal.used, refusal.wanted) == (.requests, 2, 2, 1))
        #expect(refusal.retryAfter == .seconds(50))
        #expect(word == before)
    }

    /// Criterion 15, and one that would fit into an empty window.
    @Test(arguments: [(150, 0, nil), (60, 50, Duration.seconds(60)), (100, 0, .zero), (50, 50, .zero)])
    func `tokens are refused beyond the limit`(wanted: Int, used: Int, retry: Duration?) throws {
        let rules = LimitRules(requests: 10, tokens: 100)
        var word = LimitWord(tag: 1, at: 0)
        if used > 0 { try word.admit(rules, tokens: used, at: 0) }
        if retry == .zero {
            #expect(throws: Never.self) { try word.admit(rules, tokens: wanted, at: 0) }
            return
        }

        let refusal = try #require(throws: LimitRefusal.self) { try word.admit(rules, tokens: wanted, at: 0) }

        #expect((refusal.unit, refusal.limit, refusal.used, refusal.wanted) == (.tokens, 100, used, wanted))
        #expect(refusal.retryAfter == retry)
    }

    /// Criterion 17.
    @Test(arguments: [(59_999, false), (60_000, true), (61_000, true), (10_000_000, true)])
    func `a window is over after a minute`(milliseconds: Int, isOver: Bool) throws {
        let rules = LimitRules(requests: 2)
        var word = try Self.used(2, rules, tokens: 0, at: 0)

        let isAdmitted = (try? word.admit(rules, tokens: 0, at: milliseconds)) != nil

        #expect(isAdmitted == isOver)
    }

    @Test func `a window begins with its first request`() throws {
        let rules = LimitRules(requests: 2)
        var word = LimitWord(tag: 1, at: 0)
        try word.admit(rules, tokens: 0, at: 50_000)

        #expect(word.standing(rules, at: 70_000).resetsAfter == .seconds(40))
        #expect(!word.isOver(at: 109_999))
        #expect(word.isOver(at: 110_000))
    }

    @Test func `a burst is at most so many at once, then as many as the minute has`() throws {
        let rules = LimitRules(requests: 60, burst: 5)
        var word = LimitWord(tag: 1, at: 0)
        for _ in 0..<5 { try word.admit(rules, tokens: 0, at: 0) }

        let refusal = try #require(throws: LimitRefusal.self) { try word.admit(rules, tokens: 0, at: 0) }
        #expect((refusal.unit, refusal.limit, refusal.retryAfter) == (.burst, 5, .seconds(1)))
        #expect(refusal.standing.requestsLeft == 0)
        #expect(throws: LimitRefusal.self) { try word.admit(rules, tokens: 0, at: 999) }
        try word.admit(rules, tokens: 0, at: 1000)
        #expect(throws: LimitRefusal.self) { try word.admit(rules, tokens: 0, at: 1000) }
        #expect(word.standing(rules, at: 4000).requestsLeft == 3)
    }

    @Test func `an unbroken stream of requests gets exactly the minute's, burst or not`() throws {
        for burst in [nil, 1, 7, 60, 1000] {
            let rules = LimitRules(requests: 60, burst: burst)
            var word = LimitWord(tag: 1, at: 0)
            let admitted = (0..<60_000).count { (try? word.admit(rules, tokens: 0, at: $0)) != nil }
            #expect(admitted == 60)
        }
    }

    @Test func `the burst clock outlives its window`() throws {
        let rules = LimitRules(requests: 60, burst: 10)
        var word = LimitWord(tag: 1, at: 0)
        for time in stride(from: 0, through: 59_000, by: 1000) { try word.admit(rules, tokens: 0, at: time) }
        for _ in 0..<8 { _ = try? word.admit(LimitRules(requests: 1000, burst: 10), tokens: 0, at: 59_999) }

        #expect(try #require(word.standing(rules, at: 60_000).requestsLeft) < 10)
    }

    @Test(arguments: [(1_000_000, 1), (1_000_000, 1_000_000), (1, 1), (7, 3), (59, 59)])
    func `no number overflows its field`(requests: Int, burst: Int) throws {
        let rules = LimitRules(requests: requests, tokens: LimitWord.maxTokens, burst: burst)
        var word = LimitWord(tag: 1 << 24 - 1, at: 0)
        var admitted = 0
        for _ in 0..<burst where (try? word.admit(rules, tokens: 1000, at: 0)) != nil { admitted += 1 }

        #expect(admitted == min(burst, requests))
        #expect(word.tag == 1 << 24 - 1)
        #expect(word.requests == admitted)
        #expect(word.tokens == min(admitted * 1000, LimitWord.maxTokens))
    }

    @Test func `the true cost takes the place of what was reserved`() throws {
        let rules = LimitRules(tokens: 1000)
        var word = try Self.used(1, rules, tokens: 400, at: 0)
        word.settle(reserved: 400, cost: 30, began: word.start, at: 10)
        #expect(word.tokens == 30)

        word.settle(reserved: 0, cost: 5000, began: word.start, at: 10)
        #expect(word.tokens == 5030)
        #expect(word.standing(rules, at: 10).tokensLeft == 0)
    }

    @Test func `what is settled in another window never lowers it`() throws {
        let rules = LimitRules(tokens: 1000)
        var word = try Self.used(1, rules, tokens: 400, at: 0)
        let began = word.start
        try word.admit(rules, tokens: 100, at: 61_000)

        word.settle(reserved: 400, cost: 0, began: began, at: 61_001)
        #expect(word.tokens == 100)
        word.settle(reserved: 400, cost: 450, began: began, at: 61_001)
        #expect(word.tokens == 150)
        word.settle(reserved: 400, cost: 9000, began: began, at: 200_000)
        #expect(word.tokens == 150)
    }

    @Test func `the clock may come round`() throws {
        let rules = LimitRules(requests: 1)
        let edge = 1 << 28
        var word = LimitWord(tag: 1, at: edge - 10)
        try word.admit(rules, tokens: 0, at: edge - 10)

        #expect(throws: LimitRefusal.self) { try word.admit(rules, tokens: 0, at: edge + 100) }
        try word.admit(rules, tokens: 0, at: edge + 59_990)
    }

    @Test func `a clock that was read before the window began opens no other`() throws {
        let rules = LimitRules(requests: 1, burst: 1)
        var word = LimitWord(tag: 1, at: 1000)
        try word.admit(rules, tokens: 5, at: 1000)
        let before = word

        #expect(throws: LimitRefusal.self) { try word.admit(rules, tokens: 0, at: 999) }
        #expect(throws: LimitRefusal.self) { try word.admit(rules, tokens: 0, at: 0) }
        #expect(!word.isSpent(at: 500))
        #expect(word == before)
    }

    @Test func `what is taken back was never there`() throws {
        let rules = LimitRules(requests: 10, tokens: 100, burst: 3)
        var word = try Self.used(2, rules, tokens: 7, at: 50)
        let before = word.standing(rules, at: 60)
        try word.admit(rules, tokens: 40, at: 60)

        word.cancel(rules, reserved: 40, began: word.start)

        #expect(word.standing(rules, at: 60) == before)
        let present = word
        word.cancel(rules, reserved: 40, began: word.start + 1)
        #expect(word == present)
    }

    private static func used(_ count: Int, _ rules: LimitRules, tokens: Int, at time: Int) throws -> LimitWord
    {
        var word = LimitWord(tag: 1, at: time)
        for _ in 0..<count { try word.admit(rules, tokens: tokens, at: time) }
        return word
    }
}
