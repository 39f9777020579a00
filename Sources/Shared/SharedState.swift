package import Posix

/// All memory that the daemon's processes share: made by the supervisor, mapped by its children.
package struct SharedState {
    /// That every process lives, and how busy it is.
    package let board: Board
    /// What everybody has used of their limits.
    package let limits: LimitTable
    /// Who has which session.
    package let sessions: SessionTable
    /// What was counted, by model.
    package let metrics: MetricTable
    /// The last requests of each worker.
    package let requests: RequestRings
    /// Names and spare room for the usage journal.
    package let journal: JournalMemory
    /// Wakes the store when something was written to the journal.
    package let journalBell: Bell

    /// Makes all of it, empty.
    package init(build: String) throws(SegmentFault) {
        board = try Board(build: build)
        limits = try LimitTable(build: build)
        sessions = try SessionTable(build: build)
        metrics = try MetricTable(build: build)
        requests = try RequestRings(build: build)
        journal = try JournalMemory(build: build)
        do throws(Errno) { journalBell = try Bell() } catch { throw .system(error.description) }
    }

    /// Maps what the supervisor made.
    ///
    /// `first`: the number of the first descriptor; the others follow.
    package init(inheritedFrom first: CInt, build: String) throws(SegmentFault) {
        board = try Board(mapping: first, build: build)
        limits = try LimitTable(mapping: first + 1, build: build)
        metrics = try MetricTable(mapping: first + 2, build: build)
        requests = try RequestRings(mapping: first + 3, build: build)
        journal = try JournalMemory(mapping: first + 4, build: build)
        journalBell = Bell(owning: first + 5)
        sessions = try SessionTable(mapping: first + 6, build: build)
    }

    /// What children inherit, in the order of its numbers.
    package var descriptors: [CInt] {
        [
            board.descriptor, limits.descriptor, metrics.descriptor, requests.descriptor,
            journal.descriptor, journalBell.descriptor, sessions.descriptor,
        ]
    }

    /// Takes back what a process had that has been reaped.
    package func release(_ row: BoardRow) {
        limits.clear(lease: row.number)
        sessions.clear(lease: row.number)
        metrics.release(lease: row.number)
        journal.ended(lease: row.number)
        board.release(row)
    }
}
