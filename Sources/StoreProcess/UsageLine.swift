/// A row of usage as export and followers get it.
package struct UsageLine: Equatable, Sendable {
    /// Its number in this database; another may give it another one.
    package let serial: Int
    /// The row as JSON (`UsageRow`), without the line's end.
    package let bytes: [UInt8]
}
