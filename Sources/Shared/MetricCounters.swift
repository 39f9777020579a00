import Synchronization

/// What one process has counted for one label: 64 atomic words, written by that process alone.
///
///     words  0…7    counters, by ``MetricCounters/Counter``
///     words  8…27   latencies to the end of answers: a word for each bucket, then the sum in microseconds
///     words 28…47   latencies to the first of answers, the same
package struct MetricCounters {
    /// The numbers are the layout's.
    package enum Counter: Int, CaseIterable, Sendable {
        /// Answers with status 200 to 399.
        case succeeded = 0
        /// 400 to 499, but for the next.
        case refused = 1
        /// 429.
        case limited = 2
        /// 500 and above.
        case failed = 3
        /// The client left first.
        case aborted = 4
        case promptTokens = 5
        case completionTokens = 6
    }

    package enum Latency: Int, CaseIterable, Sendable {
        /// From the head of a request to the end of its answer.
        case total = 0
        /// To the first thing that the model said.
        case first = 1
    }

    static let bytes = 512
    private static let words = bytes / 8
    private static let latencyOffset = 8
    private static var latencyWords: Int { LatencyScale.buckets + 1 }

    private struct Word: ~Copyable { let value: Atomic<Int> }

    private let words: UnsafeMutablePointer<Word>

    init(at base: UnsafeMutableRawPointer) { words = base.assumingMemoryBound(to: Word.self) }

    package func add(_ counter: Counter, _ number: Int = 1) { add(number, at: counter.rawValue) }

    package func observe(_ latency: Latency, microseconds: Int) {
        let start = Self.start(latency)
        add(1, at: start + LatencyScale.bucket(microseconds))
        add(microseconds, at: start + LatencyScale.buckets)
    }

    func add(to sums: inout MetricSums) {
        for counter in Counter.allCases { sums.counters[counter.rawValue] &+= load(counter.rawValue) }
        for latency in Latency.allCases {
            let start = Self.start(latency)
            for bucket in 0..<LatencyScale.buckets {
                sums.latencies[latency.rawValue].counts[bucket] &+= load(start + bucket)
            }
            sums.latencies[latency.rawValue].sum &+= load(start + LatencyScale.buckets)
        }
    }

    /// Only when nobody counts here any more.
    func move(to other: MetricCounters) {
        for place in 0..<Self.words where load(place) != 0 {
            other.add(load(place), at: place)
            words[place].value.store(0, ordering: .relaxed)
        }
    }

    private static func start(_ latency: Latency) -> Int { latencyOffset + latency.rawValue * latencyWords }

    /// One process writes, so nobody comes between the two.
    private func add(_ number: Int, at place: Int) {
        words[place].value.store(load(place) &+ number, ordering: .relaxed)
    }

    private func load(_ place: Int) -> Int { words[place].value.load(ordering: .relaxed) }
}

/// What all processes have counted for one label.
package struct MetricSums: Equatable, Sendable {
    fileprivate(set) var counters = [Int](repeating: 0, count: MetricCounters.Counter.allCases.count)
    fileprivate(set) var latencies = MetricCounters.Latency.allCases.map { _ in LatencyCounts() }

    package subscript(_ counter: MetricCounters.Counter) -> Int { counters[counter.rawValue] }
    package subscript(_ latency: MetricCounters.Latency) -> LatencyCounts { latencies[latency.rawValue] }

    /// Answers, whatever became of them.
    package var requests: Int {
        self[.succeeded] &+ self[.refused] &+ self[.limited] &+ self[.failed] &+ self[.aborted]
    }
}
