import Gateway
import Posix
import Testing

struct ModelOfferTests {
    private let start = Moment(nanoseconds: 7)

    @Test func `it is asked once for all who want to know`() {
        var offer = ModelOffer()
        #expect(!offer.mustWait)
        #expect(offer.handle(.wanted, at: start) == [.ask])
        #expect(offer.mustWait)
        #expect(offer.handle(.wanted, at: start + .seconds(4)) == [])
        #expect(offer.handle(.listed(["a", "b"]), at: start + .seconds(5)) == [])
        #expect(!offer.mustWait)
        #expect(offer.names == ["a", "b"])
        #expect(offer.contains("a") && !offer.contains("c"))
    }

    @Test func `a list is fresh for a while, and then served while a new one is fetched`() {
        var offer = listed(["a"])
        #expect(offer.handle(.wanted, at: start + (ModelOffer.freshness - .nanoseconds(1))) == [])
        #expect(offer.handle(.wanted, at: start + ModelOffer.freshness) == [.ask])
        #expect(!offer.mustWait)
        #expect(offer.names == ["a"])
        #expect(offer.handle(.listed(["b"]), at: start + ModelOffer.freshness) == [])
        #expect(offer.names == ["b"])
        #expect(!offer.contains("a"))
    }

    @Test func `who gives no list is left alone for a moment, and warned of once`() {
        var offer = ModelOffer()
        #expect(offer.handle(.wanted, at: start) == [.ask])
        #expect(offer.handle(.failed(.silent), at: start) == [.warn(.silent)])
        #expect(!offer.mustWait)
        #expect(offer.handle(.wanted, at: start + (ModelOffer.pause - .nanoseconds(1))) == [])
        #expect(offer.handle(.wanted, at: start + ModelOffer.pause) == [.ask])
        #expect(offer.mustWait)
        #expect(offer.handle(.failed(.notJSON), at: start + ModelOffer.pause) == [])
    }

    @Test func `what it said last holds while it fails, and the next failure is told again`() {
        var offer = listed(["a"])
        let later = start + ModelOffer.freshness
        #expect(offer.handle(.wanted, at: later) == [.ask])
        #expect(offer.handle(.failed(.refused(status: 401)), at: later) == [.warn(.refused(status: 401))])
        #expect(offer.names == ["a"])
        #expect(offer.handle(.wanted, at: later + ModelOffer.pause) == [.ask])
        #expect(!offer.mustWait)
        #expect(offer.handle(.listed(["a"]), at: later) == [])
        #expect(offer.handle(.wanted, at: later + ModelOffer.freshness) == [.ask])
        #expect(offer.handle(.failed(.noList), at: later) == [.warn(.noList)])
    }

    private func listed(_ names: [String]) -> ModelOffer {
        var offer = ModelOffer()
        _ = offer.handle(.wanted, at: start)
        _ = offer.handle(.listed(names), at: start)
        return offer
    }
}
