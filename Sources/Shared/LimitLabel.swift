import Synchronization

/// What a slot is called, and the rules that were applied to it last: for people, and for no decision.
///
/// Written a word at a time by whoever comes; two at once may mix.
struct LimitLabel {
    static let bytes = 64
    static let nameBytes = 40

    private struct Word: ~Copyable { let bits: Atomic<UInt64> }

    private let words: UnsafeMutablePointer<Word>
    private let label: SharedText

    init(at address: UnsafeMutableRawPointer) {
        words = address.assumingMemoryBound(to: Word.self)
        label = SharedText(at: address + Self.bytes - Self.nameBytes, bytes: Self.nameBytes)
    }

    /// The first ``nameBytes`` of it.
    var name: String {
        get { label.text }
        nonmutating set { label.text = newValue }
    }

    /// Each number beside the next in one word, 0 for none.
    var rules: LimitRules {
        get {
            func number(_ place: Int, _ shift: UInt64) -> Int? {
                let number = Int(self[place] >> shift & 0xffff_ffff)
                return number == 0 ? nil : number
            }
            return LimitRules(
                requests: number(1, 0),
                tokens: number(2, 0),
                burst: number(1, 32),
                concurrency: number(2, 32)
            )
        }
        nonmutating set {
            put(newValue.requests, newValue.burst, 1)
            put(newValue.tokens, newValue.concurrency, 2)
        }
    }

    private func put(_ low: Int?, _ high: Int?, _ place: Int) {
        let word = UInt64(low ?? 0) | UInt64(high ?? 0) << 32
        // Others read this line; it changes with the configuration only.
        if self[place] != word { self[place] = word }
    }

    private subscript(place: Int) -> UInt64 {
        get { words[place].bits.load(ordering: .relaxed) }
        nonmutating set { words[place].bits.store(newValue, ordering: .relaxed) }
    }
}
