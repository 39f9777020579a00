/// A segment of the journal, as far as the database knows it.
package struct JournalSegment: Equatable, Sendable {
    /// Its name.
    package let id: String
    /// Who writes into it.
    package let writer: String
    /// Behind the last record that was taken.
    package let offset: Int
}
