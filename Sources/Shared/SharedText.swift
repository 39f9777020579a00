import Synchronization

/// A short text in shared memory, a word at a time: for people, and for comparisons by whoever knows that it is whole.
struct SharedText {
    private struct Word: ~Copyable { let bits: Atomic<UInt64> }

    private let words: UnsafeMutablePointer<Word>
    private let count: Int

    /// `bytes`: a multiple of 8; what does not fit is cut.
    init(at address: UnsafeMutableRawPointer, bytes: Int) {
        words = address.assumingMemoryBound(to: Word.self)
        count = bytes / 8
    }

    var text: String {
        get {
            var bytes: [UInt8] = []
            for place in 0..<count {
                let word = words[place].bits.load(ordering: .relaxed)
                for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
            }
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        nonmutating set {
            var rest = newValue.utf8.prefix(count * 8)
            for place in 0..<count {
                var word: UInt64 = 0
                for (shift, byte) in rest.prefix(8).enumerated() { word |= UInt64(byte) << UInt64(8 * shift) }
                words[place].bits.store(word, ordering: .relaxed)
                rest = rest.dropFirst(8)
            }
        }
    }
}
