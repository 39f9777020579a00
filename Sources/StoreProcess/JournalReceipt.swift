package import Gateway

/// What became of a batch.
package struct JournalReceipt: Equatable, Sendable {
    /// A request that has ended, as it stands in the database.
    package struct Row: Equatable, Sendable {
        /// Its number, higher than all before, with gaps.
        package let serial: Int
        /// The closed record.
        package let record: UsageRecord
    }

    /// A record that cannot be read.
    ///
    /// What follows it in its segment was not taken, unless it is the opened record of a request that was lost.
    package struct Bad: Equatable, Sendable {
        /// The segment's name.
        package let segment: String
        /// Where the record begins.
        package let offset: Int
        /// What is wrong with it.
        package let fault: UsageRecordFault
    }

    /// Rows that this batch added, in the order of their serials.
    package internal(set) var rows: [Row] = []
    /// At most one for each segment, and one for each lost request whose record cannot be read.
    package internal(set) var bad: [Bad] = []
}
