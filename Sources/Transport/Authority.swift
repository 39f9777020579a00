/// Host and port of a URL.
///
/// - Source: RFC 3986 §3.2.
package struct Authority: Hashable, Sendable {
    /// A name, an IPv4 address, or an IPv6 address in brackets.
    package let host: String
    package let port: UInt16

    /// `host` or `host:port`; nil for anything else, user information included.
    init?(_ text: Substring, defaultPort: UInt16) {
        var host = text
        if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
            let digits = text[text.index(after: colon)...]
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(digits),
                number > 0
            else { return nil }
            port = number
            host = text[..<colon]
        } else {
            port = defaultPort
        }
        guard Self.isHost(host) else { return nil }
        self.host = String(host)
    }

    /// As the field Host has it.
    func text(defaultPort: UInt16) -> String { port == defaultPort ? host : "\(host):\(port)" }

    private static func isHost(_ text: Substring) -> Bool {
        if text.hasPrefix("[") {
            let inside = text.dropFirst().dropLast()
            return text.hasSuffix("]") && text.count > 2 && !inside.contains { "[]".contains($0) }
        }
        return !text.isEmpty && !text.contains { ":[]@".contains($0) }
    }
}
