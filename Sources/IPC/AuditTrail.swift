/// What a child has to tell the audit log: gathered for a second, like with like, and bounded.
package final class AuditTrail {
    /// So many kinds of events are told each second; of more only the number.
    private static let limit = 64
    /// Heartbeats from one telling to the next.
    private static let beats = 4

    private var events: [AuditEvent] = []
    private var dropped = 0
    private var beat = 0

    /// Takes the events; given by whoever speaks with the supervisor.
    package var tell: ([AuditEvent]) -> Void = { _ in }

    package init() {}

    package func note(_ event: AuditEvent) {
        if let place = events.firstIndex(where: { $0.isLike(event) }) {
            events[place].count += 1
        } else if events.count < Self.limit {
            events.append(event)
        } else {
            dropped += 1
        }
    }

    /// Called with every heartbeat.
    package func pulse() {
        beat += 1
        if beat % Self.beats == 0 { flush() }
    }

    package func flush() {
        guard var last = events.last else { return }
        if dropped > 0 {
            (last.event, last.result, last.actor) = ("audit", "dropped", "everybody")
            (last.detail, last.count) = ("too many events in a second", dropped)
            events.append(last)
        }
        tell(events)
        (events, dropped) = ([], 0)
    }
}
