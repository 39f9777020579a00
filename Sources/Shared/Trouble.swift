/// What hinders a process without stopping it, for `/health`; the numbers are the board's.
package enum Trouble: UInt8, CaseIterable, Sendable, CustomStringConvertible {
    case databaseLocked = 1
    case databaseFull = 2
    case databaseReadOnly = 3
    case databaseMissing = 4
    case databaseCorrupt = 5
    case databaseNewer = 6
    case databaseForeign = 7
    case databaseNotAllowed = 8
    case databaseFailed = 9
    /// A segment was set aside.
    case journalDamaged = 16
    /// Records go to memory, for want of a file.
    case journalInMemory = 17
    /// There is no place for records.
    case journalFull = 18

    package var description: String {
        switch self {
        case .databaseLocked: "the usage database is locked by another program; \(Self.waits)"
        case .databaseFull: "the disk of the usage database is full; \(Self.waits)"
        case .databaseReadOnly: "the usage database is read-only; \(Self.waits)"
        case .databaseMissing: "the usage database was deleted and cannot be made again; \(Self.waits)"
        case .databaseCorrupt: "the usage database is damaged; \(Self.waits)"
        case .databaseNewer: "the usage database is of a later version; \(Self.waits)"
        case .databaseForeign: "the usage database is another program's file; \(Self.waits)"
        case .databaseNotAllowed: "the usage database may not be opened; \(Self.waits)"
        case .databaseFailed: "the usage database cannot be used; \(Self.waits)"
        case .journalDamaged: "a file of the usage journal is damaged and was set aside (journal/*.bad)"
        case .journalInMemory: "the usage journal cannot be written to the disk and is kept in memory"
        case .journalFull: "usage cannot be written down: neither the disk nor the memory has room"
        }
    }

    private static let waits = "usage waits in the journal"
}
