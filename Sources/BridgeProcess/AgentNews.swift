import IPC
import Log
import Posix

/// Tells the log and the audit log of agents that come and go.
struct AgentNews {
    let log: Logger
    let audit: AuditTrail

    func refused(_ identity: AgentIdentity, from peer: String, _ refusal: AgentAdmission.Refusal) {
        log.warning(
            "agent refused",
            ["agent": .init(identity.name), "peer": .init(peer), "code": .init(refusal.code)]
        )
        note("refused", identity, refusal.code)
    }

    func connected(_ identity: AgentIdentity, from peer: String, serving models: [String]) {
        let served = models.joined(separator: ",")
        log.info(
            "agent connected",
            ["agent": .init(identity.name), "models": .init(served), "peer": .init(peer)]
        )
        note("connected", identity, "models " + models.joined(separator: ", "))
    }

    /// `how`: what its connection ended with.
    func left(_ identity: AgentIdentity, _ how: String) {
        log.info("agent left", ["agent": .init(identity.name), "how": .init(how)])
        note("left", identity, how)
    }

    private func note(_ result: String, _ identity: AgentIdentity, _ detail: String) {
        var event = AuditEvent("agent", result, by: "agent \(identity.name)", at: WallClock.timestamp())
        event.detail = detail
        audit.note(event)
    }
}
