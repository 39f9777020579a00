/// All memory that the daemon's processes share: made by the supervisor, mapped by its children.
package struct SharedState {
    /// How many descriptors there are.
    package static let count: CInt = 2

    /// That every process lives, and how busy it is.
    package let board: Board
    /// What everybody has used of their limits.
    package let limits: LimitTable

    /// Makes all of it, empty.
    package init(build: String) throws(SegmentFault) {
        board = try Board(build: build)
        limits = try LimitTable(build: build)
    }

    /// Maps what the supervisor made.
    ///
    /// `first`: the number of the first descriptor; the others follow.
    package init(inheritedFrom first: CInt, build: String) throws(SegmentFault) {
        board = try Board(mapping: first, build: build)
        limits = try LimitTable(mapping: first + 1, build: build)
    }

    /// What children inherit, in the order of its numbers.
    package var descriptors: [CInt] { [board.descriptor, limits.descriptor] }

    /// Takes back what a process had that has been reaped.
    package func release(_ row: BoardRow) {
        limits.clear(lease: row.number)
        board.release(row)
    }
}
