package import Config

/// One conversation partner's stay: everything that somebody asks of one model for a while.
package struct Session: Equatable, Sendable {
    /// `sess-` and 43 characters of Base64 for URLs.
    package var id: String
    /// Whose it is: `key ci`, `127.0.0.1`.
    package var principal: String
    package var model: String
    /// The address of whoever began it.
    package var client: String
    /// Milliseconds since 1970.
    package var createdAt: Int
    /// Milliseconds since 1970.
    package var usedAt: Int
    package var requests: Int

    /// A session with these members.
    package init(
        id: String,
        principal: String,
        model: String,
        client: String,
        createdAt: Int,
        usedAt: Int,
        requests: Int,
    ) {
        self.id = id
        self.principal = principal
        self.model = model
        self.client = client
        self.createdAt = createdAt
        self.usedAt = usedAt
        self.requests = requests
    }
}

/// How long sessions last, and how many there may be.
package struct SessionPolicy: Equatable, Sendable {
    /// From the creation on, however much a session is used.
    package var ttl: Duration
    /// The most sessions at a time; nil: as many as there is room for.
    package var limit: Int?
    /// One that was not used for longer may be ended to make room.
    package var maxIdle: Duration

    /// The policy of a configuration.
    package init(_ sessions: Configuration.Sessions) {
        self.init(ttl: sessions.ttl, limit: sessions.limit, maxIdle: sessions.maxIdle)
    }

    /// A policy with these members.
    package init(ttl: Duration, limit: Int?, maxIdle: Duration) {
        self.ttl = ttl
        self.limit = limit
        self.maxIdle = maxIdle
    }
}

/// Why somebody gets no session: as many as there may be are in use.
package struct SessionRefusal: Error, Equatable, Sendable {
    package let limit: Int
    /// When the first of them ends by itself.
    package let retryAfter: Duration
}

/// A session that somebody uses.
package struct SessionUse: Sendable {
    package let session: Session
    /// It has just begun.
    package let isNew: Bool
    /// To use it again without looking for it; nil: it is in no table.
    package let hold: SessionHold?
}

/// The place of a session, as long as it lives.
package struct SessionHold: Sendable {
    let slot: Int
    let word: SessionWord
}
