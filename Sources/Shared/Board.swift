import Posix

/// One row of 64 bytes for every process of the daemon: that it lives, and how busy it is.
///
/// A child writes its own row and reads all; the supervisor gives rows out, and clears one when it has reaped the
/// process. What a child wrote is not to be trusted further than as numbers.
///
///     let row = try board.claim(role: .worker, slot: 0)          // the supervisor, before it spawns
///     board.row(number)?.beat(.now)                              // the child, from its loop
package final class Board {
    /// Room for 64 workers, and for the processes they replace that still finish.
    package static let capacity = 1024
    /// The supervisor's own row: its generation and start, and what the dead have served.
    package static let supervisorRow = 0

    private let memory: SharedMemory
    /// Who has which row, by the supervisor's own knowledge: what stands in the rows, children can write.
    private var owners: [Int: BoardRow.Role] = [:]
    private static let layout = 2
    private static let bytes = SegmentHeader.bytes + capacity * BoardRow.bytes

    /// Makes an empty board.
    package init(build: String) throws(SegmentFault) {
        memory = try Self.header(build).create("gatehouse-board", bytes: Self.bytes)
        row(at: Self.supervisorRow).claim(role: .supervisor, slot: 0)
    }

    /// Maps the board that the supervisor made.
    package init(mapping descriptor: CInt, build: String) throws(SegmentFault) {
        memory = try Self.header(build).map(descriptor, bytes: Self.bytes)
    }

    package var descriptor: CInt { memory.descriptor }

    /// The row of that number; nil if there is none.
    package func row(_ number: Int) -> BoardRow? {
        (0..<Self.capacity).contains(number) ? row(at: number) : nil
    }

    package var supervisor: BoardRow { row(at: Self.supervisorRow) }

    /// Rows in use, the supervisor's among them.
    package var rows: [BoardRow] { (0..<Self.capacity).map(row(at:)).filter(\.isInUse) }

    /// Takes the first free row; nil if there is none.
    ///
    /// Only the supervisor does this.
    package func claim(role: BoardRow.Role, slot: Int) -> BoardRow? {
        guard let number = (1..<Self.capacity).first(where: { owners[$0] == nil }) else { return nil }
        owners[number] = role
        let free = row(at: number)
        free.clear()
        free.claim(role: role, slot: slot)
        supervisor.highest = max(supervisor.highest, number)
        return free
    }

    /// Clears the row of a process that has been reaped; what it served still counts.
    package func release(_ row: BoardRow) {
        guard let role = owners.removeValue(forKey: row.number) else { return }
        if role == .worker { supervisor.served &+= row.served }
        row.clear()
    }

    /// Clients' connections of all workers.
    package var clientConnections: Int {
        let last = min(supervisor.highest, Self.capacity - 1)
        guard last > 0 else { return 0 }
        return (1...last).reduce(0) { sum, number in
            let row = row(at: number)
            return row.role == .worker ? sum &+ row.connections : sum
        }
    }

    /// Requests that workers living and dead have answered.
    package var served: Int {
        rows.filter { $0.role == .worker || $0.role == .supervisor }.reduce(0) { $0 &+ $1.served }
    }

    private static func header(_ build: String) -> SegmentHeader {
        SegmentHeader(kind: "B", layout: layout, rowBytes: BoardRow.bytes, rows: capacity, build: build)
    }

    private func row(at number: Int) -> BoardRow {
        BoardRow(number, at: memory.base + SegmentHeader.bytes + number * BoardRow.bytes, of: self)
    }
}
