/// Whom limits are counted for.
package struct LimitSubject: Equatable, Sendable {
    /// For people: `key ci`, `127.0.0.1`.
    package let name: String
    let hash: UInt64
}

/// A request that was admitted; given back when it is over.
package struct LimitPermit: Equatable, Sendable {
    let slot: Int
    let lease: Int
    /// The window's start.
    let began: Int
    /// Tokens that it was expected to cost.
    let reserved: Int
    /// How the subject stands after it.
    package let standing: LimitStanding
}

/// What one subject has used, for people.
package struct LimitUse: Equatable, Sendable {
    package let name: String
    package let rules: LimitRules
    package let requests: Int
    package let tokens: Int
    package let inFlight: Int
    /// Until the window ends; zero: it is over.
    package let resetsAfter: Duration
}
