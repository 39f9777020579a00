import Testing

@testable import SupervisorProcess

@Suite struct ReloadVoteTests {
    @Test func `everybody has to agree`() {
        var vote = ReloadVote(["bridge", "worker:0"])
        vote.handle(.prepared("bridge"))
        #expect(vote.verdict == .pending)
        vote.handle(.prepared("worker:0"))
        #expect(vote.verdict == .agreed)
    }

    @Test func `nobody to ask is agreement`() {
        #expect(ReloadVote([]).verdict == .agreed)
    }

    @Test(arguments: [
        (ReloadVote.Event.refused("bridge", reason: "no"), "bridge: no"),
        (.died("bridge"), "bridge died"),
        (.timeOut, "no answer within 2 s from bridge, worker:0"),
    ])
    func `one refusal, death or silence is enough`(event: ReloadVote.Event, reason: String) {
        var vote = ReloadVote(["worker:0", "bridge"])
        vote.handle(event)

        #expect(vote.verdict == .refused(reason: reason))
    }

    @Test func `a child that has agreed may die, its successor votes again`() {
        var vote = ReloadVote(["worker:0", "worker:1"])
        vote.handle(.prepared("worker:0"))
        vote.handle(.died("worker:0"))
        #expect(vote.verdict == .pending)
        vote.handle(.joined("worker:0"))
        vote.handle(.prepared("worker:1"))
        #expect(vote.verdict == .pending)
        vote.handle(.prepared("worker:0"))
        #expect(vote.verdict == .agreed)
    }

    @Test func `a newcomer is asked too, but its death stops nobody`() {
        var vote = ReloadVote(["bridge"])
        vote.handle(.joined("worker:0"))
        vote.handle(.prepared("bridge"))
        #expect(vote.verdict == .pending)
        vote.handle(.died("worker:0"))
        #expect(vote.verdict == .agreed)
    }

    @Test func `a verdict is final`() {
        var vote = ReloadVote(["bridge"])
        vote.handle(.prepared("bridge"))
        vote.handle(.died("bridge"))
        vote.handle(.timeOut)

        #expect(vote.verdict == .agreed)
    }
}
