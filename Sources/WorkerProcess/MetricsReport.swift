import Gateway
import Shared

/// What all processes have counted, put together for `/metrics`.
struct MetricsReport {
    private let shared: SharedState

    init(_ shared: SharedState) { self.shared = shared }

    func metrics(uptimeSeconds: Int) -> Metrics {
        Metrics(
            generation: shared.board.supervisor.generation,
            requests: shared.board.served,
            processes: shared.board.rows.filter { $0.role != .supervisor }.map(Self.process),
            models: models,
            usageDropped: shared.journal.dropped,
            limitOverflows: shared.limits.overflows,
            uptimeSeconds: uptimeSeconds
        )
    }

    private static func process(_ row: BoardRow) -> Metrics.Process {
        Metrics.Process(
            name: row.name,
            isDraining: row.state == .draining,
            generation: row.generation,
            inFlight: row.inFlight,
            connections: row.connections
        )
    }

    private var models: [ModelMetrics] {
        zip(shared.metrics.labels, shared.metrics.sums()).compactMap { name, sums in
            guard let name, sums.requests > 0 else { return nil }
            return Self.model(name, sums)
        }
    }

    private static func model(_ name: String, _ sums: MetricSums) -> ModelMetrics {
        var model = ModelMetrics(name: name)
        model.succeeded = sums[.succeeded]
        model.refused = sums[.refused]
        model.limited = sums[.limited]
        model.failed = sums[.failed]
        model.aborted = sums[.aborted]
        model.promptTokens = sums[.promptTokens]
        model.completionTokens = sums[.completionTokens]
        model.total = latency(sums[.total])
        model.first = latency(sums[.first])
        return model
    }

    private static func latency(_ counts: LatencyCounts) -> ModelMetrics.Latency {
        let shares = [0.5, 0.95, 0.99].compactMap(counts.percentile).map { $0 / 1e6 }
        return ModelMetrics.Latency(
            borders: LatencyScale.borders.map { Double($0) / 1e6 },
            counts: counts.counts,
            sum: Double(counts.sum) / 1e6,
            percentiles: shares.count == 3 ? (shares[0], shares[1], shares[2]) : nil
        )
    }
}
