import Gateway
import Posix
import Shared
import Transport

/// Counts answers by model: what became of them, how long they took, and what they cost.
final class Counting {
    /// Requests that ask for no model.
    private static let none = "none"

    private let table: MetricTable
    private let lease: Int
    /// The most names that are kept: what providers list may change again and again.
    private static let keptNames = 1 << 12

    /// By name; the names are the configuration's, and those that providers list.
    private var known: [String: MetricCounters] = [:]
    private let unknown: MetricCounters
    /// Whose answer was counted last, which is often the next one's too; nil: there was none yet.
    private var last: (name: String, counters: MetricCounters)?

    init(_ table: MetricTable, lease: Int) {
        self.table = table
        self.lease = lease
        unknown = table.counters(lease: lease, label: MetricTable.other)
    }

    /// Counts a request that has ended.
    func count(_ visit: Visit, microseconds: Int) {
        let counters = counters(for: visit)
        counters.add(Self.result(of: visit))
        counters.observe(.total, microseconds: microseconds)
        guard let firstAt = visit.tally?.firstAt else { return }
        counters.observe(.first, microseconds: firstAt.microseconds(since: visit.begin))
        counters.add(.promptTokens, visit.tally?.usage.promptTokens ?? 0)
        counters.add(.completionTokens, visit.tally?.usage.completionTokens ?? 0)
    }

    private func counters(for visit: Visit) -> MetricCounters {
        // Only a name that was found in the configuration, or in a provider's list, becomes a label.
        guard visit.isModelKnown || visit.model == nil else { return unknown }
        let name = visit.model ?? Self.none
        if let last, last.name == name { return last.counters }
        let counters = known[name] ?? table.counters(lease: lease, label: table.label(name))
        if known.count < Self.keptNames { known[name] = counters }
        last = (name, counters)
        return counters
    }

    private static func result(of visit: Visit) -> MetricCounters.Counter {
        if visit.isAbandoned { return .aborted }
        switch visit.exchange.status ?? 0 {
        // A stream that failed had begun well.
        case 200..<400: return visit.error == nil ? .succeeded : .failed
        case 429: return .limited
        case 400..<500: return .refused
        default: return .failed
        }
    }
}
