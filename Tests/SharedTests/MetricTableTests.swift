import Posix
import Testing

@testable import Shared

@Suite struct MetricTableTests {
    @Test func `counters are 64 words and fit`() {
        let used = 8 + MetricCounters.Latency.allCases.count * (LatencyScale.buckets + 1)
        #expect(used * 8 <= MetricCounters.bytes)
        #expect(MetricCounters.Counter.allCases.count <= 8)
        #expect(LatencyScale.borders == LatencyScale.borders.sorted())
    }

    @Test func `all processes count together, the dead too`() throws {
        let table = try MetricTable(build: "1")
        let copy = try MetricTable(mapping: try Descriptor.duplicate(table.descriptor), build: "1")
        let label = table.label("m")
        #expect(copy.label("m") == label)
        table.counters(lease: 1, label: label).add(.succeeded)
        copy.counters(lease: 2, label: label).add(.failed, 2)
        copy.counters(lease: 2, label: label).observe(.total, microseconds: 1500)

        table.release(lease: 2)
        copy.counters(lease: 2, label: label).add(.failed)

        let sums = table.sums()[label]
        #expect((sums[.succeeded], sums[.failed], sums.requests) == (1, 3, 4))
        #expect((sums[.total].count, sums[.total].sum) == (1, 1500))
        #expect(table.labels[label] == "m")
    }

    @Test func `labels are few, and the rest is other`() throws {
        let table = try MetricTable(build: "1")
        let numbers = (0..<100).map { table.label("model \($0)") }

        #expect(Set(numbers).count == MetricTable.labelCount)
        #expect(numbers.suffix(37).allSatisfy { $0 == MetricTable.other })
        #expect(table.label("model 5") == numbers[5])
        #expect(table.labels[MetricTable.other] == "other")
    }

    @Test func `a long name is cut, and still found`() throws {
        let table = try MetricTable(build: "1")
        let name = "x" + String(repeating: "ä", count: 200)

        #expect(table.label(name) == table.label(name))
        #expect(table.labels.contains("x" + String(repeating: "ä", count: 131)))
        #expect(table.label("next") == table.label(name) + 1)
        let twins = ["Q4", "Q5"].map { table.label(String(repeating: "m", count: 250) + $0) }
        #expect(twins[0] != twins[1])
    }

    @Test func `a lease or label that cannot be counts as other`() throws {
        let table = try MetricTable(build: "1")
        table.counters(lease: -1, label: 0).add(.refused)
        table.counters(lease: 5000, label: 99).add(.refused)

        #expect(table.sums()[MetricTable.other][.refused] == 2)
    }

    @Test(arguments: [
        (0, 0), (500, 0), (501, 1), (1000, 1), (300_000_000, 17), (300_000_001, 18), (Int.max, 18),
    ])
    func `a duration counts in its bucket`(microseconds: Int, bucket: Int) {
        #expect(LatencyScale.bucket(microseconds) == bucket)
    }

    /// Nearest rank: of 50 durations the 99th percentile is the longest, not zero.
    @Test func `percentiles are of what was counted`() throws {
        var counts = LatencyCounts()
        #expect(counts.percentile(0.5) == nil)
        counts.counts[0] = 49
        counts.counts[5] = 1

        #expect(try #require(counts.percentile(0.5)) <= 500)
        #expect(try #require(counts.percentile(0.99)) == 20_000)
        #expect(try #require(counts.percentile(1)) == 20_000)
        counts.counts[LatencyScale.buckets - 1] = 1
        #expect(counts.percentile(1) == 300_000_000)
    }
}
