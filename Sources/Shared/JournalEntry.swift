/// A record that was read, and where: the key under which it is imported once.
package struct JournalEntry: Equatable, Sendable {
    /// In the segment, at which the record begins.
    package let offset: Int
    /// Where the next one begins: the position to go on from once this one is committed.
    package let endOffset: Int
    /// What its writer appended.
    package let payload: [UInt8]
}
