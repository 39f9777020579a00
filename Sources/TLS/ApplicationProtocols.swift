/// The protocols one side offers above TLS, in its order of preference.
///
/// On the wire each has its length before it (RFC 7301 §3.1): `["h2", "http/1.1"]` is
/// `02 68 32 08 68 74 74 70 2f 31 2e 31`.
struct ApplicationProtocols {
    let wire: [UInt8]

    /// Nil if there are none.
    init?(_ names: [String]) {
        if names.isEmpty { return nil }
        precondition(
            names.allSatisfy { (1...255).contains($0.utf8.count) },
            "a protocol's name has 1…255 bytes"
        )
        wire = names.flatMap { [UInt8(truncatingIfNeeded: $0.utf8.count)] + Array($0.utf8) }
    }

    /// The place of our first name that is also in `offered`; nil if there is none.
    func choose(from offered: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        for own in Self.ranges(wire.span) {
            for other in Self.ranges(offered.span) where wire[own].elementsEqual(offered[other]) {
                return other
            }
        }
        return nil
    }

    /// Where the names are, without their lengths; what is cut short is none.
    private static func ranges(_ list: Span<UInt8>) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var position = 0
        while position < list.count {
            let range = position + 1..<position + 1 + Int(list[position])
            if range.upperBound > list.count { break }
            ranges.append(range)
            position = range.upperBound
        }
        return ranges
    }
}
