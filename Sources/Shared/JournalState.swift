/// Who may do what with a segment, in one word that is only ever exchanged as a whole.
///
///     bits 0…7    phase
///     bits 8…23   lease: the board row of the process that writes a pool segment; 0 in a file
struct JournalState: Equatable {
    /// The numbers are the layout's.
    enum Phase: UInt8 {
        /// A pool segment without owner, all zeros behind its head.
        case free = 0
        /// A writer has it and is naming it.
        case claimed = 1
        /// A file that waits for its turn.
        case prepared = 2
        case open = 3
        /// Its writer writes no more.
        case sealed = 4
        /// Its writer is dead.
        case abandoned = 5
        /// The reader is done with it and makes it zeros.
        case retiring = 6
    }

    let word: UInt32

    init(word: UInt32) { self.word = word }

    init(_ phase: Phase, lease: Int = 0) {
        word = UInt32(phase.rawValue) | UInt32(UInt16(truncatingIfNeeded: lease)) << 8
    }

    /// Nil: somebody wrote what is no phase.
    var phase: Phase? { Phase(rawValue: UInt8(truncatingIfNeeded: word)) }
    var lease: Int { Int(word >> 8 & 0xffff) }

    /// Whether no record will be added.
    var hasEnded: Bool { phase == .sealed || phase == .abandoned }
}
