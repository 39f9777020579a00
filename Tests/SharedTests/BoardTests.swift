import Posix
import Testing

@testable import Shared

@Suite struct BoardTests {
    @Test func `a row is 64 bytes, as the layout says`() {
        #expect(MemoryLayout<BoardRow.Words>.size == BoardRow.bytes)
        #expect(MemoryLayout<BoardRow.Words>.stride == BoardRow.bytes)
        #expect(MemoryLayout<SegmentHeader>.size <= SegmentHeader.bytes)
    }

    @Test func `what one process writes another reads`() throws {
        let board = try Board(build: "1")
        let row = try #require(board.claim(role: .worker, slot: 3))
        let other = try #require(try Self.mapped(board, build: "1").row(row.number))
        row.heartbeat = Moment(nanoseconds: 7)
        row.state = .draining
        (row.generation, row.inFlight, row.connections, row.served) = (2, 3, 4, 5)

        #expect(other.heartbeat == Moment(nanoseconds: 7))
        #expect((other.role, other.slot, other.state, other.name) == (.worker, 3, .draining, "worker:3"))
        #expect((other.generation, other.inFlight, other.connections, other.served) == (2, 3, 4, 5))
    }

    @Test func `another build's memory is refused`() throws {
        let board = try Board(build: "1")

        #expect(throws: SegmentFault.foreign) { try Self.mapped(board, build: "2") }
    }

    @Test func `memory that is too short is refused`() throws {
        let memory = try SharedMemory("short", bytes: 64)
        let copy = try Descriptor.duplicate(memory.descriptor)

        #expect(throws: SegmentFault.self) { try Board(mapping: copy, build: "1") }
    }

    @Test func `connections are summed over workers, and requests over the dead too`() throws {
        let board = try Board(build: "1")
        let worker = try #require(board.claim(role: .worker, slot: 0))
        let other = try #require(board.claim(role: .worker, slot: 1))
        let bridge = try #require(board.claim(role: .bridge, slot: 0))
        (worker.connections, other.connections, bridge.connections) = (3, 4, 100)
        (worker.served, other.served) = (10, 20)
        #expect(board.clientConnections == 7)

        board.release(worker)

        #expect(board.clientConnections == 4)
        #expect(board.served == 30)
        #expect(board.claim(role: .worker, slot: 0)?.number == worker.number)
        #expect(board.rows.map(\.name) == ["supervisor", "worker:0", "worker:1", "bridge"])
    }

    @Test func `there are rows for so many processes and no more`() throws {
        let board = try Board(build: "1")
        for _ in 1..<Board.capacity { #expect(board.claim(role: .worker, slot: 0) != nil) }

        #expect(board.claim(role: .worker, slot: 0) == nil)
        #expect(board.row(Board.capacity) == nil)
        #expect(board.row(-1) == nil)
    }

    @Test func `nonsense that a child wrote is not believed`() throws {
        let board = try Board(build: "1")
        let row = try #require(board.claim(role: .worker, slot: 0))
        (row.connections, row.served, row.inFlight) = (-5, -5, -5)
        row.heartbeat = Moment(nanoseconds: -1)

        #expect(board.clientConnections == 0)
        #expect(board.served == 0)
        #expect(row.inFlight == 0)
        #expect(row.heartbeat == nil)
    }

    private static func mapped(_ board: Board, build: String) throws -> Board {
        try Board(mapping: try Descriptor.duplicate(board.descriptor), build: build)
    }
}
