/// What was counted for one model, by all processes.
package struct ModelMetrics {
    /// Durations by bucket.
    package struct Latency {
        /// Upper borders of all buckets but the last, in seconds.
        package var borders: [Double]
        /// Durations in each bucket; one more than borders.
        package var counts: [Int]
        /// Of all durations, in seconds.
        package var sum: Double
        /// What half of them, 95 and 99 in a hundred do not exceed, in seconds; nil: there are none.
        package var percentiles: (p50: Double, p95: Double, p99: Double)?

        package init(
            borders: [Double],
            counts: [Int],
            sum: Double,
            percentiles: (p50: Double, p95: Double, p99: Double)?
        ) {
            self.borders = borders
            self.counts = counts
            self.sum = sum
            self.percentiles = percentiles
        }

        /// No durations.
        package init() { self.init(borders: [], counts: [0], sum: 0, percentiles: nil) }

        var count: Int { counts.reduce(0, &+) }
    }

    /// The model; `other` for names that the configuration does not have, `none` for requests of no model.
    package var name: String
    package var succeeded = 0
    package var refused = 0
    /// Refused for a limit.
    package var limited = 0
    package var failed = 0
    /// The client left first.
    package var aborted = 0
    package var promptTokens = 0
    package var completionTokens = 0
    /// To the end of answers.
    package var total = Latency()
    /// To the first thing that the model said.
    package var first = Latency()

    package init(name: String) { self.name = name }

    var requests: Int { succeeded &+ refused &+ limited &+ failed &+ aborted }
}
