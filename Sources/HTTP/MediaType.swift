/// A media type as Content-Type has it: `application/json; charset="utf-8"`.
///
/// - Source: RFC 9110 §8.3.1.
package struct MediaType: Equatable, Sendable {
    /// Type and subtype in lower case, such as "application/json".
    package let name: String
    /// The charset parameter in lower case; nil: there is none.
    package let charset: String?

    /// The media type that `value` names, or nil if it is none; parameters other than charset are not looked at.
    package init?(_ value: String) {
        let parts = value.utf8.split(separator: Byte.semicolon, omittingEmptySubsequences: false)
        guard let name = parts.first.flatMap({ Self.trimmed($0) }), Self.isName(name) else { return nil }
        self.name = name.lowercased()
        charset = parts.dropFirst().lazy.compactMap { Self.charset($0) }.first
    }

    /// Whether this is JSON: "application/json", or a structured suffix "+json" (RFC 6839 §3.1).
    package var isJSON: Bool { name == "application/json" || name.hasSuffix("+json") }

    /// Whether a client with this Accept field takes `name`, in lower case; nil, a missing field, takes everything.
    ///
    /// The most specific range decides; quality 0 is a refusal (RFC 9110 §12.5.1).
    package static func isAccepted(_ name: String, by accept: String?) -> Bool {
        guard let accept, !accept.isEmpty else { return true }
        let group = name.utf8.prefix { $0 != Byte.slash }
        let ranges = [name, (String(group) ?? "") + "/*", "*/*"]
        var best = ranges.count
        var isAccepted = false
        for element in accept.utf8.split(separator: Byte.comma) {
            let parts = element.split(separator: Byte.semicolon)
            guard let range = parts.first.flatMap({ trimmed($0) })?.lowercased(),
                let rank = ranges.firstIndex(of: range), rank < best
            else { continue }
            best = rank
            isAccepted = !parts.dropFirst().contains { isZeroQuality($0) }
        }
        return isAccepted
    }

    private static func isName(_ name: String) -> Bool {
        let halves = name.utf8.split(separator: Byte.slash, omittingEmptySubsequences: false)
        return halves.count == 2
            && halves.allSatisfy { half in !half.isEmpty && half.allSatisfy { ByteSet.token.contains($0) } }
    }

    private static func charset(_ parameter: Substring.UTF8View) -> String? {
        guard let text = trimmed(parameter)?.lowercased(), text.hasPrefix("charset=") else { return nil }
        let value = text.dropFirst("charset=".count)
        guard value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") else { return String(value) }
        return String(value.dropFirst().dropLast())
    }

    /// Whether a parameter is "q=0", with up to three zeros behind a dot.
    private static func isZeroQuality(_ parameter: Substring.UTF8View) -> Bool {
        guard let text = trimmed(parameter)?.lowercased(), text.hasPrefix("q=0") else { return false }
        return text.utf8.dropFirst(3).allSatisfy { $0 == Byte.zero || $0 == Byte.dot }
    }

    private static func trimmed(_ text: Substring.UTF8View) -> String? {
        var rest = text
        while let first = rest.first, Byte.isWhitespace(first) { rest.removeFirst() }
        while let last = rest.last, Byte.isWhitespace(last) { rest.removeLast() }
        return String(rest)
    }
}
