import Gateway

@testable import StoreProcess

/// Journal entries as workers would write them, 100 bytes apart.
struct JournalFixture {
    static let begin = 1_767_225_600_000

    let writer: String
    let segment: String
    var entries: [JournalBatch.Entry] = []

    init(writer: String = "w1", segment: String = "s1") {
        self.writer = writer
        self.segment = segment
    }

    /// So many requests that are over, a second apart, each with its number in its tokens.
    init(requests: Range<Int>, writer: String = "w1", segment: String = "s1") {
        self.init(writer: writer, segment: segment)
        for number in requests {
            open("r\(number)", at: number)
            close("r\(number)", at: number)
        }
    }

    var batch: JournalBatch { JournalBatch(entries: entries) }

    mutating func open(_ id: String, at second: Int = 0) {
        append(Self.record(id, at: second))
    }

    mutating func close(_ id: String, at second: Int = 0, _ outcome: UsageRecord.Outcome = .completed) {
        append(Self.record(id, at: second).closed(outcome))
    }

    mutating func append(_ record: UsageRecord) { append(record.serialized()) }

    mutating func append(_ payload: [UInt8]) {
        let offset = entries.count * 100
        entries.append(
            .init(segment: segment, writer: writer, offset: offset, end: offset + 100, payload: payload)
        )
    }

    static func record(_ id: String, at second: Int = 0) -> UsageRecord {
        var record = UsageRecord(
            opened: id,
            at: begin + 1000 * second,
            instance: "a1b2c3d4",
            model: "m\(second % 2)"
        )
        record.key = "k\(second % 3)"
        (record.client, record.dialect, record.provider) = ("127.0.0.1", "openai", "echo")
        (record.promptTokens, record.completionTokens, record.attempts) = (second + 1, 10, 1)
        return record
    }
}
