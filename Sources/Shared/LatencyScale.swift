/// The borders between which durations are counted: few enough to be kept for every model in every process.
package enum LatencyScale {
    /// Upper borders in microseconds, each inclusive; what is longer counts in one bucket more.
    package static let borders = [
        500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000,
        5_000_000, 10_000_000, 30_000_000, 60_000_000, 120_000_000, 300_000_000,
    ]
    package static var buckets: Int { borders.count + 1 }

    /// The bucket of a duration.
    static func bucket(_ microseconds: Int) -> Int {
        borders.firstIndex { microseconds <= $0 } ?? borders.count
    }
}

/// Durations, counted by bucket.
package struct LatencyCounts: Equatable, Sendable {
    /// One number for each bucket of ``LatencyScale``.
    package var counts = [Int](repeating: 0, count: LatencyScale.buckets)
    /// Of all durations, in microseconds.
    package var sum = 0

    package init() {}

    /// Adds others to them.
    package mutating func add(_ other: LatencyCounts) {
        for bucket in counts.indices { counts[bucket] &+= other.counts[bucket] }
        sum &+= other.sum
    }

    /// What has been counted since there were only those.
    package func since(_ earlier: LatencyCounts) -> LatencyCounts {
        var rest = LatencyCounts()
        for bucket in counts.indices {
            rest.counts[bucket] = max(0, counts[bucket] &- earlier.counts[bucket])
        }
        rest.sum = sum &- earlier.sum
        return rest
    }

    package var count: Int { counts.reduce(0, &+) }

    /// The duration that this share of all (0 to 1) does not exceed, in microseconds; nil: there are none.
    ///
    /// By nearest rank, and evenly inside of a bucket; what is beyond the last border counts as that.
    package func percentile(_ share: Double) -> Double? {
        let total = count
        guard total > 0 else { return nil }
        let rank = max(1, min(total, Int((share * Double(total)).rounded(.up))))
        var before = 0
        for (bucket, inside) in counts.enumerated() where inside > 0 {
            guard before &+ inside >= rank else {
                before &+= inside
                continue
            }
            guard bucket < LatencyScale.borders.count else { break }
            let low = bucket == 0 ? 0 : LatencyScale.borders[bucket - 1]
            let part = Double(rank - before) / Double(inside)
            return Double(low) + part * Double(LatencyScale.borders[bucket] - low)
        }
        return Double(LatencyScale.borders.last ?? 0)
    }
}
