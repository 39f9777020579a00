import JSON

/// Reads the members of a usage record.
///
/// Of members with the same name the last counts; null is the same as absent.
struct UsageRecordReader {
    private enum Member: String {
        case version = "v"
        case phase, id, at, instance, request, key, client, session, dialect, provider, model, served,
            attempts
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case cachedTokens = "cached_tokens"
        case toolTokens = "tool_tokens"
        case isEstimated = "is_estimated"
        case first = "first_ms"
        case total = "total_ms"
        case finish, outcome, error
    }

    /// Counts end where a `Double` cannot count on, moments with the year 9999.
    private static let countLimit = 1 << 53
    private static let momentLimit = 253_402_300_799_999

    private let object: JSONValue
    /// Members that have been asked for and were there.
    private var found = 0

    init(_ value: JSONValue) throws(UsageRecordFault) {
        guard value.kind == .object else { throw .notObject }
        object = value
    }

    mutating func record() throws(UsageRecordFault) -> UsageRecord {
        var record = UsageRecord(
            opened: try id(),
            at: try required(.at, count(.at, to: Self.momentLimit)),
            instance: try required(.instance, text(.instance)),
            model: try required(.model, text(.model))
        )
        record.version = try required(.version, count(.version, from: 1))
        try readRequest(into: &record)
        try readAnswer(into: &record)
        let outcome: UsageRecord.Outcome? = try known(.outcome)
        switch (try phase(), outcome) {
        case (.opened, nil): break
        case (.opened, .some): throw .invalid(member: Member.outcome.rawValue)
        case (.closed, nil): throw .missing(member: Member.outcome.rawValue)
        case (.closed, .some(let outcome)): record = record.closed(outcome)
        }
        record.unknown = unknown
        return record
    }

    mutating func phase() throws(UsageRecordFault) -> UsageRecord.Phase {
        try required(.phase, known(.phase))
    }

    mutating func id() throws(UsageRecordFault) -> String { try required(.id, text(.id)) }

    private mutating func readRequest(into record: inout UsageRecord) throws(UsageRecordFault) {
        record.request = try text(.request)
        record.key = try text(.key)
        record.client = try text(.client)
        record.session = try text(.session)
        record.dialect = try text(.dialect)
        record.provider = try text(.provider)
        record.served = try text(.served)
    }

    private mutating func readAnswer(into record: inout UsageRecord) throws(UsageRecordFault) {
        record.attempts = try count(.attempts) ?? 0
        record.promptTokens = try count(.promptTokens) ?? 0
        record.completionTokens = try count(.completionTokens) ?? 0
        record.cachedTokens = try count(.cachedTokens) ?? 0
        record.toolTokens = try count(.toolTokens) ?? 0
        record.isEstimated = try claim(.isEstimated) ?? false
        record.firstMicroseconds = try microseconds(.first)
        record.totalMicroseconds = try microseconds(.total)
        record.finish = try text(.finish)
        record.error = try text(.error)
    }

    /// Empty, without a look at the names, if all members have been asked for.
    private var unknown: [UsageRecord.Unknown] {
        let members = object.members
        guard members.count != found else { return [] }
        return members.filter { Member(rawValue: $0.name) == nil }
            .map { .init(name: $0.name, value: JSONLine.flattened($0.value.raw)) }
    }

    // MARK: Values

    private mutating func value(_ member: Member) -> JSONValue? {
        guard let value = object[member.rawValue] else { return nil }
        found += 1
        return value.isNull ? nil : value
    }

    private func required<Value>(_ member: Member, _ value: Value?) throws(UsageRecordFault) -> Value {
        guard let value else { throw .missing(member: member.rawValue) }
        return value
    }

    private mutating func text(_ member: Member) throws(UsageRecordFault) -> String? {
        guard let value = value(member) else { return nil }
        guard let text = value.string else { throw .invalid(member: member.rawValue) }
        return text
    }

    private mutating func claim(_ member: Member) throws(UsageRecordFault) -> Bool? {
        guard let value = value(member) else { return nil }
        guard let claim = value.bool else { throw .invalid(member: member.rawValue) }
        return claim
    }

    private mutating func count(
        _ member: Member,
        from least: Int = 0,
        to most: Int = countLimit
    ) throws(UsageRecordFault) -> Int? {
        guard let value = value(member) else { return nil }
        guard let count = value.int, count >= least, count <= most else {
            throw .invalid(member: member.rawValue)
        }
        return count
    }

    private mutating func microseconds(_ member: Member) throws(UsageRecordFault) -> Int? {
        guard let value = value(member) else { return nil }
        guard let milliseconds = value.double, milliseconds >= 0, milliseconds <= 1e12 else {
            throw .invalid(member: member.rawValue)
        }
        return Int((milliseconds * 1000).rounded())
    }

    private mutating func known<Value: RawRepresentable<String>>(
        _ member: Member
    ) throws(UsageRecordFault) -> Value? {
        guard let text = try text(member) else { return nil }
        guard let known = Value(rawValue: text) else { throw .invalid(member: member.rawValue) }
        return known
    }
}
