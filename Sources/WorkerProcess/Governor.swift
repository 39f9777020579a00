import Config
import Gateway
import Posix
import Shared
import Transport

/// Decides whether a request may be put to a model at all, by the limits of whoever sent it.
final class Governor {
    private let table: LimitTable
    /// This process's row on the board; requests in flight are counted by it.
    private let lease: Int
    /// Those who have a key; they are as many as the configuration has keys and listeners.
    private var subjects: [Holder: LimitSubject] = [:]

    private struct Holder: Hashable {
        let key: String
        /// The listener, if it counts by itself.
        let place: String?
    }

    init(_ table: LimitTable, lease: Int) {
        self.table = table
        self.lease = lease
    }

    /// Lets it in, where anything is limited, until ``settle(_:cost:)`` or ``cancel(_:)``.
    func admit(_ visit: Visit, _ call: ModelCall, at door: Site.Door) throws(GatewayError) {
        let key = visit.principal.keyID
        let rules = door.rules(for: key)
        guard !rules.isEmpty else { return }
        let subject = subject(key, visit, door)
        do throws(LimitRefusal) {
            visit.permit = try table.admit(
                subject,
                rules,
                tokens: call.expectedTokens,
                lease: lease,
                at: .now
            )
        } catch {
            visit.refusedStanding = error.standing
            throw .limited(RateLimit(error))
        }
    }

    /// Ends a request that was let in, with the tokens that it has cost.
    func settle(_ visit: Visit, cost: Int) {
        if let permit = visit.permit { table.settle(permit, cost: cost, at: .now) }
    }

    /// Takes back a request that was let in, and put to nobody.
    func cancel(_ visit: Visit) {
        if let permit = visit.permit { table.cancel(permit) }
    }

    /// Counts a wrong key.
    ///
    /// - Throws: `.limited` instead, when there have been too many from that address.
    func countWrongKey(_ visit: Visit, limit: Int?) throws(GatewayError) {
        guard let limit else { return }
        do throws(LimitRefusal) {
            let rules = LimitRules(requests: limit)
            let subject = table.subject("wrong keys \(visit.exchange.client)")
            let permit = try table.admit(subject, rules, tokens: 0, lease: lease, at: .now)
            table.settle(permit, cost: 0, at: .now)
        } catch {
            throw .limited(
                RateLimit(.attempts, limit: limit, used: error.used, wanted: 1, retryAfter: error.retryAfter)
            )
        }
    }

    /// A listener with limits of its own counts by itself.
    private func subject(_ key: String?, _ visit: Visit, _ door: Site.Door) -> LimitSubject {
        let place = door.listener.limits.isEmpty ? nil : door.listener.name
        let ending = place.map { " at \($0)" } ?? ""
        guard let key else { return table.subject(visit.exchange.client + ending) }
        let holder = Holder(key: key, place: place)
        if let known = subjects[holder] { return known }
        let subject = table.subject("key \(key)\(ending)")
        subjects[holder] = subject
        return subject
    }
}

extension RateLimit {
    /// What the limiter says, in the gateway's terms.
    fileprivate init(_ refusal: LimitRefusal) {
        let unit: Unit =
            switch refusal.unit {
            case .requests: .requests
            case .burst: .burst
            case .tokens: .tokens
            case .concurrency: .concurrency
            }
        self.init(
            unit,
            limit: refusal.limit,
            used: refusal.used,
            wanted: refusal.wanted,
            retryAfter: refusal.retryAfter
        )
    }
}
