import Synchronization

/// Who has a slot of the session table, and how far it is, in 128 bits that change at once.
///
///     first word            identity   hash of principal and model; 0: nobody's
///     second word 0…1       phase      0 free, 1 claimed, 2 live
///     second word 2…43      time       milliseconds since 1970: of the claim, then of the creation
///     second word 44…53     lease      of the process that claimed it
///     second word 54…63     turn       counts takers, so that a session is not taken for the one before it
struct SessionWord: Equatable {
    /// The numbers are the layout's.
    enum Phase: UInt64 {
        case free = 0
        /// Its id and members are being written.
        case claimed = 1
        case live = 2
    }

    private static let timeMask: UInt64 = 1 << 42 - 1

    var identity: UInt64
    private var state: UInt64

    init(_ pair: WordPair) { (identity, state) = (UInt64(pair.first), UInt64(pair.second)) }

    init(_ phase: Phase, identity: UInt64, time: Int, lease: Int, turn: Int) {
        self.identity = identity
        let time = UInt64(truncatingIfNeeded: time) & Self.timeMask
        state = phase.rawValue | time << 2 | UInt64(lease & 0x3ff) << 44 | UInt64(turn & 0x3ff) << 54
    }

    var pair: WordPair { WordPair(first: UInt(identity), second: UInt(state)) }

    /// Nil: somebody wrote what is no phase.
    var phase: Phase? { Phase(rawValue: state & 3) }
    var time: Int { Int(state >> 2 & Self.timeMask) }
    var lease: Int { Int(state >> 44 & 0x3ff) }
    var turn: Int { Int(state >> 54) }

    /// The same slot, one step on.
    func becoming(_ phase: Phase, identity: UInt64, time: Int, lease: Int) -> SessionWord {
        SessionWord(
            phase,
            identity: identity,
            time: time,
            lease: lease,
            turn: turn + (phase == .claimed ? 1 : 0)
        )
    }
}
