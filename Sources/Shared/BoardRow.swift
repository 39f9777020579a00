package import Posix
import Synchronization

/// One process on the board.
///
/// Every value is one atomic word: written by one process, read by any, in no order with the others.
package struct BoardRow {
    /// What a process is; the numbers are the layout's.
    package enum Role: UInt8, Sendable {
        case supervisor = 1
        case worker = 2
        case bridge = 3
        case store = 4
    }

    package enum State: UInt8, Sendable {
        case starting = 0
        case serving = 1
        case draining = 2
    }

    /// The 64 bytes; all zero while nobody has the row.
    struct Words: ~Copyable {
        /// Role, state, slot and trouble: one byte, one byte, two bytes, one byte, from the lowest.
        let identity: Atomic<UInt64>
        /// Nanoseconds of the monotonic clock.
        let heartbeat: Atomic<Int64>
        let generation: Atomic<Int>
        let inFlight: Atomic<Int>
        let connections: Atomic<Int>
        let served: Atomic<Int>
        /// The supervisor's row only: the highest row that was ever in use.
        let highest: Atomic<Int>
        /// Which of all processes it is that write usage; 0: none of them.
        let writer: Atomic<UInt64>
    }

    static let bytes = 64

    package let number: Int
    private let words: UnsafeMutablePointer<Words>
    /// The memory is there as long as somebody has it.
    private let board: Board

    init(_ number: Int, at address: UnsafeMutableRawPointer, of board: Board) {
        self.number = number
        words = address.assumingMemoryBound(to: Words.self)
        self.board = board
    }

    // MARK: Who

    /// Nil: the row is free, or somebody wrote what is no role.
    package var role: Role? { Role(rawValue: UInt8(truncatingIfNeeded: identity)) }
    package var slot: Int { Int(identity >> 16 & 0xffff) }
    package var isInUse: Bool { identity != 0 }

    package var state: State {
        get { State(rawValue: UInt8(truncatingIfNeeded: identity >> 8)) ?? .starting }
        nonmutating set {
            words.pointee.identity.store(
                identity & ~0xff00 | UInt64(newValue.rawValue) << 8,
                ordering: .relaxed
            )
        }
    }

    /// What hinders it; nil: nothing.
    package var trouble: Trouble? {
        get { Trouble(rawValue: UInt8(truncatingIfNeeded: identity >> 32)) }
        nonmutating set {
            words.pointee.identity.store(
                identity & ~(0xff << 32) | UInt64(newValue?.rawValue ?? 0) << 32,
                ordering: .relaxed
            )
        }
    }

    /// `worker:0`, `bridge`: the name of the slot, for labels.
    package var name: String {
        switch role {
        case .worker: "worker:\(slot)"
        case .bridge: "bridge"
        case .store: "store"
        case .supervisor: "supervisor"
        case nil: "unknown"
        }
    }

    func claim(role: Role, slot: Int) {
        words.pointee.identity.store(UInt64(role.rawValue) | UInt64(slot) << 16, ordering: .relaxed)
    }

    func clear() {
        heartbeat = nil
        (generation, inFlight, connections, served, writer) = (0, 0, 0, 0, 0)
        words.pointee.identity.store(0, ordering: .releasing)
    }

    // MARK: How

    /// When the process last said that its loop runs; nil: never.
    ///
    /// In the supervisor's row: when the daemon started.
    package var heartbeat: Moment? {
        get {
            let time = words.pointee.heartbeat.load(ordering: .relaxed)
            return time > 0 ? Moment(nanoseconds: time) : nil
        }
        nonmutating set { words.pointee.heartbeat.store(newValue?.nanoseconds ?? 0, ordering: .relaxed) }
    }

    /// The configuration it serves.
    package var generation: Int {
        get { words.pointee.generation.load(ordering: .relaxed) }
        nonmutating set { words.pointee.generation.store(newValue, ordering: .relaxed) }
    }

    /// Requests that have been read and not fully answered.
    package var inFlight: Int {
        get { max(0, words.pointee.inFlight.load(ordering: .relaxed)) }
        nonmutating set { words.pointee.inFlight.store(newValue, ordering: .relaxed) }
    }

    /// A worker's clients, a bridge's agents.
    package var connections: Int {
        get { max(0, words.pointee.connections.load(ordering: .relaxed)) }
        nonmutating set { words.pointee.connections.store(newValue, ordering: .relaxed) }
    }

    /// Requests answered since it started; in the supervisor's row, by the dead.
    package var served: Int {
        get { max(0, words.pointee.served.load(ordering: .relaxed)) }
        nonmutating set { words.pointee.served.store(newValue, ordering: .relaxed) }
    }

    /// The number by which it writes usage; 0: it writes none.
    package var writer: UInt64 {
        get { words.pointee.writer.load(ordering: .acquiring) }
        nonmutating set { words.pointee.writer.store(newValue, ordering: .releasing) }
    }

    var highest: Int {
        get { words.pointee.highest.load(ordering: .relaxed) }
        nonmutating set { words.pointee.highest.store(newValue, ordering: .relaxed) }
    }

    private var identity: UInt64 { words.pointee.identity.load(ordering: .relaxed) }
}
