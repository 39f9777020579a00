/// Where the API of an upstream is (RFC 9110 §4.2).
package struct UpstreamURL: Hashable, Sendable, CustomStringConvertible {
    /// Whether it is reached over TLS.
    package let isSecure: Bool
    let place: Authority
    /// What every target begins with: empty, or `/v1`.
    package let path: String

    /// `http://host[:port][/path]`, or `https`; nil for anything else.
    package init?(_ text: String) {
        guard let mark = text.firstRange(of: "://"), text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            return nil
        }
        switch text[..<mark.lowerBound].lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        default: return nil
        }
        let rest = text[mark.upperBound...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        guard let place = Authority(rest[..<end], defaultPort: isSecure ? 443 : 80) else { return nil }
        self.place = place
        var path = rest[end...]
        while path.hasSuffix("/") { path.removeLast() }
        guard !path.contains(where: { "?#".contains($0) }) else { return nil }
        self.path = String(path)
    }

    package var host: String { place.host }
    package var port: UInt16 { place.port }
    /// As the field Host has it.
    package var authority: String { place.text(defaultPort: isSecure ? 443 : 80) }
    package var description: String { "\(isSecure ? "https" : "http")://\(authority)\(path)" }
}
