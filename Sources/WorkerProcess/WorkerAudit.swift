import IPC
import Posix
import Transport

/// Notes for the audit log what requests do, or may not do.
final class WorkerAudit {
    let trail = AuditTrail()

    func note(_ event: String, _ result: String, _ visit: Visit, _ detail: String) {
        var note = AuditEvent(event, result, by: visit.owner, at: WallClock.timestamp())
        note.requestID = visit.name
        note.sessionID = visit.session
        note.detail = detail
        trail.note(note)
    }
}
