/// When to ping a peer and when to take it for gone (RFC 6455 §5.5.2); times are since any one fixed moment.
struct KeepAlive {
    /// What a moment asks for.
    enum Verdict: Equatable {
        /// Nothing to do yet.
        case wait
        /// Nothing was sent, or nothing received, for an interval.
        case ping
        /// Nothing was received for two intervals, and a ping has been unanswered for one.
        case silent
    }

    private let interval: Duration
    private var lastSent: Duration
    private var lastReceived: Duration
    private var lastPing: Duration
    private var oldestUnansweredPing: Duration?

    init(interval: Duration, now: Duration) {
        self.interval = interval
        (lastSent, lastReceived, lastPing) = (now, now, now)
    }

    /// Notes that a frame was sent.
    mutating func noteSent(_ now: Duration) { lastSent = now }

    /// Notes that bytes of any kind were received.
    mutating func noteReceived(_ now: Duration) { (lastReceived, oldestUnansweredPing) = (now, nil) }

    /// Notes that a ping was sent.
    mutating func notePing(_ now: Duration) {
        (lastSent, lastPing) = (now, now)
        oldestUnansweredPing = oldestUnansweredPing ?? now
    }

    /// What `now` asks for.
    func verdict(_ now: Duration) -> Verdict {
        if let silence = silentAt, now >= silence { return .silent }
        return now >= pingAt ? .ping : .wait
    }

    /// When the verdict is next other than to wait.
    var deadline: Duration { min(pingAt, silentAt ?? pingAt) }

    /// A peer that only listens must answer too: its silence asks for a ping as ours does, one an interval.
    private var pingAt: Duration { max(min(lastSent, lastReceived), lastPing) + interval }

    /// Without the wait for an answer, a process that was stopped for long would then drop every peer.
    private var silentAt: Duration? {
        oldestUnansweredPing.map { max(lastReceived + interval, $0) + interval }
    }
}
