import Config
import IPC
import Posix
import Shared

/// `sessions`, and `sessions revoke ID…|all`.
enum SessionCommands {
    static func perform(_ daemon: Daemon, _ arguments: [String], _ client: ControlClient) async {
        switch (arguments.first, arguments.dropFirst()) {
        case (nil, _): list(daemon, client)
        case ("revoke", let ids) where !ids.isEmpty: revoke(Set(ids), daemon, client)
        case _: client.done(.badArguments, "sessions takes nothing, or revoke and ids, or revoke all")
        }
    }

    private static func list(_ daemon: Daemon, _ client: ControlClient) {
        let (policy, now) = (policy(daemon), now)
        for session in daemon.table.shared.sessions.sessions(policy, at: now).sorted(by: {
            $0.createdAt < $1.createdAt
        }) {
            client.record(.session(record(of: session, policy, at: now)))
        }
        client.done()
    }

    private static func revoke(_ ids: Set<String>, _ daemon: Daemon, _ client: ControlClient) {
        guard client.right >= .operate else {
            return client.done(.refused, "uid \(client.peer.uid) may not revoke sessions; see [control]")
        }
        let ended = daemon.table.shared.sessions.end(policy(daemon), at: now) {
            ids.contains("all") || ids.contains($0.id)
        }
        for session in ended { client.line("\(session.id): revoked") }
        let missing = ids.subtracting(["all"]).subtracting(ended.map(\.id)).sorted()
        if missing.isEmpty { return client.done() }
        client.done(.refused, "no such session: \(missing.joined(separator: ", "))")
    }

    private static func record(of session: Session, _ policy: SessionPolicy, at now: Int) -> SessionRecord {
        SessionRecord(
            id: session.id,
            principal: session.principal,
            model: session.model,
            client: session.client,
            ageSeconds: (now - session.createdAt) / 1000,
            idleSeconds: max(0, now - session.usedAt) / 1000,
            leftSeconds: (session.createdAt + Int(policy.ttl.milliseconds) - now) / 1000,
            requests: session.requests
        )
    }

    private static func policy(_ daemon: Daemon) -> SessionPolicy {
        SessionPolicy(daemon.table.configuration.sessions)
    }

    private static var now: Int { Int(WallClock.nanoseconds / 1_000_000) }
}
