/// How the last event of a stream began, up to where it said something of its own.
///
///     {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":
///
/// Most events of a stream begin alike. As nothing in there matters, whoever meets the same bytes again goes on behind them.
struct ChunkOpening: Sendable {
    private typealias Block = SIMD16<UInt8>

    /// What is worth the comparison.
    private static let lengths = Block.scalarCount...1024

    private var bytes: [UInt8] = []
    /// How many objects and arrays are open behind it.
    private(set) var depth = 0

    /// The length; 0: none is known.
    var count: Int { bytes.count }

    /// Remembers the beginning of an event, if it is neither short nor long.
    mutating func learn(_ text: UnsafeRawBufferPointer, depth: Int) {
        guard Self.lengths.contains(text.count) else { return }
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: text)
        self.depth = depth
    }

    /// Whether an event begins like that.
    func begins(_ text: UnsafeRawBufferPointer) -> Bool {
        guard !bytes.isEmpty, bytes.count <= text.count else { return false }
        return bytes.withUnsafeBytes { known in
            let last = known.count &- Block.scalarCount
            // It may overlap the block before it.
            var difference = Self.difference(known, text, at: last)
            for place in stride(from: 0, to: last, by: Block.scalarCount) {
                difference |= Self.difference(known, text, at: place)
            }
            let words = unsafeBitCast(difference, to: SIMD2<UInt64>.self)
            return words[0] | words[1] == 0
        }
    }

    @inline(__always)
    private static func difference(
        _ one: UnsafeRawBufferPointer,
        _ other: UnsafeRawBufferPointer,
        at place: Int
    ) -> Block {
        one.loadUnaligned(fromByteOffset: place, as: Block.self)
            ^ other.loadUnaligned(fromByteOffset: place, as: Block.self)
    }
}
