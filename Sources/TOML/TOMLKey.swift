/// One part of a key: `a` or `"b c"` in `a."b c" = 1`.
struct TOMLKey {
    /// The most parts that a dotted key may have.
    static let depthLimit = 64

    /// The part without quotes.
    let name: String
    /// Where it begins.
    let position: TOMLPosition

    /// The parts of the key at `cursor`, at least one.
    static func parse(at cursor: inout TOMLCursor) throws(TOMLFault) -> [TOMLKey] {
        var parts: [TOMLKey] = []
        repeat {
            cursor.skipBlanks()
            guard parts.count < depthLimit else { throw cursor.fault(.tooDeep(limit: depthLimit)) }
            parts.append(try part(at: &cursor))
            cursor.skipBlanks()
        } while cursor.take(".")
        return parts
    }

    /// The key in TOML, in quotes if it needs them.
    static func serialized(_ name: String) -> String {
        let isBare = !name.isEmpty && name.utf8.allSatisfy(isBare)
        return isBare ? name : TOMLString.serialized(name)
    }

    private static func part(at cursor: inout TOMLCursor) throws(TOMLFault) -> TOMLKey {
        let position = cursor.position
        if cursor.isAt("\"\"\"") || cursor.isAt("'''") { throw cursor.fault(.multilineKey) }
        if cursor.isAt("\"") || cursor.isAt("'") {
            return TOMLKey(name: try TOMLString.parse(at: &cursor), position: position)
        }
        let name = cursor.take(while: isBare)
        guard !name.isEmpty else { throw cursor.fault(.missingKey) }
        return TOMLKey(name: String(decoding: name, as: UTF8.self), position: position)
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
