import Gateway
import JSON

/// Writes records into the table of usage.
struct UsageInsertion {
    private let database: Database
    private let statement: Statement

    init(into database: Database) throws(StoreFault) {
        self.database = database
        statement = try database.prepared(Self.sql)
    }

    /// The row's serial; nil: the record of that place is there already.
    func insert(_ record: UsageRecord, segment: Int, offset: Int) throws(StoreFault) -> Int? {
        statement.bind(segment).bind(offset).bind(record.version).bind(record.at).bind(record.id)
        statement.bind(record.instance).bind(record.request).bind(record.key).bind(record.client)
        statement.bind(record.session).bind(record.dialect).bind(record.provider).bind(record.model)
        statement.bind(record.served).bind(record.attempts).bind(record.promptTokens)
        statement.bind(record.completionTokens).bind(record.cachedTokens).bind(record.toolTokens)
        statement.bind(record.isEstimated ? 1 : 0).bind(record.firstMicroseconds).bind(
            record.totalMicroseconds
        )
        statement.bind(record.finish).bind(record.outcome?.rawValue).bind(record.error).bind(
            extra(of: record)
        )
        try statement.run()
        return database.changes == 1 ? database.lastSerial : nil
    }

    /// Members that have no column, as one object.
    private func extra(of record: UsageRecord) -> String? {
        guard !record.unknown.isEmpty else { return nil }
        let bytes = JSONWriter.object { object in
            for member in record.unknown { object.member(member.name, raw: member.value) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let sql = """
        INSERT INTO usage (\(UsageRow.columns))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (segment, offset) DO NOTHING
        """
}
