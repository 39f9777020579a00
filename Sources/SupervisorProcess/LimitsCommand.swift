import IPC
import Posix
import Shared

/// `limits`: who has used how much of what they may.
enum LimitsCommand {
    static func perform(_ daemon: Daemon, _: [String], _ client: ControlClient) async {
        for use in daemon.table.shared.limits.uses(at: .now).sorted(by: { $0.name < $1.name }) {
            client.record(.limit(record(of: use)))
        }
        client.done()
    }

    private static func record(of use: LimitUse) -> LimitRecord {
        var record = LimitRecord(
            name: use.name,
            requests: use.requests,
            tokens: use.tokens,
            inFlight: use.inFlight,
            resetsSeconds: Int((use.resetsAfter + .milliseconds(999)).components.seconds)
        )
        record.requestsLimit = use.rules.requests
        record.tokensLimit = use.rules.tokens
        record.burst = use.rules.burst
        record.inFlightLimit = use.rules.concurrency
        return record
    }
}
