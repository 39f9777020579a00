package import Posix

/// What is known of the models that a provider lists, and when it is asked again.
package struct ModelOffer: Sendable {
    /// How long a list is taken for what the provider would say now.
    package static let freshness = Duration.seconds(300)
    /// How long a provider that gave no list is left alone.
    package static let pause = Duration.seconds(5)

    package enum Event: Sendable {
        /// Somebody wants the list.
        case wanted
        /// The provider gave this list, sorted.
        case listed([String])
        /// The provider gave none.
        case failed(ModelOfferFault)
    }

    package enum Action: Equatable, Sendable {
        /// The provider is to be asked; `.listed` or `.failed` follows.
        case ask
        /// The first failure since it last gave a list.
        case warn(ModelOfferFault)
    }

    /// The last list that it gave, sorted; empty: it gave none so far.
    package private(set) var names: [String] = []
    private var known: Set<String> = []
    /// Nil: nothing was asked so far.
    private var dueAt: Moment?
    private var isBeingAsked = false
    private var hasList = false
    private var isFailing = false

    /// Of a provider that was asked nothing.
    package init() {}

    /// Whether there is nothing to show before the answer has come that is under way.
    package var mustWait: Bool { isBeingAsked && !hasList }

    /// Whether the last list has that name.
    package func contains(_ name: String) -> Bool { known.contains(name) }

    /// Takes note of what happened at `now`.
    package mutating func handle(_ event: Event, at now: Moment) -> [Action] {
        switch event {
        case .wanted:
            if isBeingAsked { return [] }
            if let dueAt, now < dueAt { return [] }
            isBeingAsked = true
            return [.ask]
        case .listed(let names):
            (self.names, known) = (names, Set(names))
            (hasList, isBeingAsked, isFailing) = (true, false, false)
            dueAt = now + Self.freshness
            return []
        case .failed(let fault):
            let isFirst = !isFailing
            (isBeingAsked, isFailing) = (false, true)
            dueAt = now + Self.pause
            return isFirst ? [.warn(fault)] : []
        }
    }
}
