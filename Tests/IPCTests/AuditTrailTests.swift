import Testing

@testable import IPC

@Suite struct AuditTrailTests {
    @Test func `like and like are told as one, once a second`() {
        let trail = AuditTrail()
        var told: [[AuditEvent]] = []
        trail.tell = { told.append($0) }
        for id in 0..<5 { trail.note(Self.event("limit", by: "key ci", id: "req-\(id)")) }
        trail.note(Self.event("limit", by: "key other", id: "req-9"))

        for _ in 0..<3 { trail.pulse() }
        #expect(told.isEmpty)
        trail.pulse()
        for _ in 0..<8 { trail.pulse() }

        #expect(told.map { $0.map(\.count) } == [[5, 1]])
        #expect(told.first?.first?.requestID == "req-0")
    }

    @Test func `a flood is bounded, and its size is told`() {
        let trail = AuditTrail()
        var told: [AuditEvent] = []
        trail.tell = { told += $0 }
        for number in 0..<1000 { trail.note(Self.event("authentication", by: "\(number)", id: "r")) }
        trail.flush()

        #expect(told.count == 65)
        #expect((told.last?.event, told.last?.result, told.last?.count) == ("audit", "dropped", 936))
        told = []
        trail.flush()
        #expect(told.isEmpty)
    }

    private static func event(_ name: String, by actor: String, id: String) -> AuditEvent {
        var event = AuditEvent(name, "refused", by: actor, at: "2026-01-31T12:00:00.000Z")
        event.requestID = id
        return event
    }
}
