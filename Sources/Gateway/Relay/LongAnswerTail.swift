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
        let starts = bytes.indices.dropLast(Self.name.count - 1)
        guard let start = starts.last(where: { bytes[$0..<$0 + Self.name.count].elementsEqual(Self.name) })
        else { return nil }
        let value = bytes.withUnsafeBytes { all -> [UInt8]? in
            let skimmer = JSONSkimmer(all)
            let colon = skimmer.skipBlanks(from: start + Self.name.count)
            let value = skimmer.skipBlanks(from: min(colon + 1, all.count))
            return skimmer.valueEnd(from: value).map { Array(all[value..<$0]) }
        }
        guard let value, let document = try? JSONDocument(parsing: value) else { return nil }
        return Usage(relayed: document.root)
    }
}
