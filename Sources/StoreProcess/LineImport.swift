package import Gateway

/// What became of lines that another database exported.
package struct LineImport: Equatable, Sendable {
    /// A line that is no usage row, and is left out.
    package struct Bad: Equatable, Sendable {
        /// Which of the lines, from 0.
        package let index: Int
        /// What is wrong with it.
        package let fault: UsageRecordFault
    }

    /// Rows that were not there.
    package private(set) var added = 0
    /// Rows that were there already, and stay as they are.
    package private(set) var known = 0
    /// Lines that were left out, in their order.
    package private(set) var bad: [Bad] = []

    /// Inside a transaction of the caller.
    init(_ lines: [[UInt8]], into database: Database) throws(StoreFault) {
        let insertion = try UsageInsertion(into: database)
        for (index, line) in lines.enumerated() {
            guard let row = row(line, at: index) else { continue }
            let segment = try Self.number(ofSegment: row.segment, in: database)
            let serial = try insertion.insert(row.record, segment: segment, offset: row.offset)
            if serial == nil { known += 1 } else { added += 1 }
        }
    }

    private mutating func row(_ line: [UInt8], at index: Int) -> UsageRow? {
        do throws(UsageRecordFault) {
            return try UsageRow(parsing: line)
        } catch {
            bad.append(Bad(index: index, fault: error))
            return nil
        }
    }

    /// A segment that we never had is gone from the start; should its file turn up, its places tell what is known.
    private static func number(ofSegment id: String, in database: Database) throws(StoreFault) -> Int {
        let known = try database.prepared("SELECT number FROM segments WHERE id = ?").bind(id)
            .first { row throws(StoreFault) in try row.count() }
        if let known { return known }
        try database.prepared("INSERT INTO segments (id, writer, offset, is_gone) VALUES (?, '', 0, 1)").bind(
            id
        )
        .run()
        return database.lastSerial
    }
}
