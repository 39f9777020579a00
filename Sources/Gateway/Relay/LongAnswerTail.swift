import JSON

/// The end of an answer that is too long to be looked at as a whole; there its usage stands.
package struct LongAnswerTail: Sendable {
    private static let limit = 4096
    private static let name = Array(#""usage""#.utf8)

    private var bytes: [UInt8] = []
    /// The bytes of all that was taken.
    package private(set) var count = 0

    package init() {}

    /// Takes the next piece of the answer.
    package mutating func take(_ piece: [UInt8]) {
        count += piece.count
        bytes += piece.suffix(Self.limit)
        bytes.removeFirst(max(0, bytes.count - Self.limit))
    }

    /// What the answer has cost; nil: its end does not say.
    package var usage: Usage? {
        bytes.withUnsafeBytes { all in
            let skimmer = JSONSkimmer(all)
            let starts = all.indices.dropLast(Self.name.count - 1).reversed()
            for start in starts where all[start..<start + Self.name.count].elementsEqual(Self.name) {
                let colon = skimmer.skipBlanks(from: start + Self.name.count)
                guard colon < all.count, all[colon] == UInt8(ascii: ":") else { continue }
                let value = skimmer.skipBlanks(from: colon + 1)
                guard let end = skimmer.valueEnd(from: value) else { return nil }
                return Usage(relayed: UnsafeRawBufferPointer(rebasing: all[value..<end]))
            }
            return nil
        }
    }
}
