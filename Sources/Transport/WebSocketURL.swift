/// Where a WebSocket server is (RFC 6455 §3).
package struct WebSocketURL: Equatable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: UInt16
    /// Path and query, at least `/`.
    package let target: String

    /// `ws://host[:port][/path][?query]`; nil for anything else, `wss` and fragments included.
    package init?(_ text: String) {
        guard text.lowercased().hasPrefix("ws://"), !text.contains("#"),
            text.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
        else { return nil }
        let rest = text.dropFirst(5)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let path = String(rest[end...])
        target = path.hasPrefix("/") ? path : "/" + path
        var authority = rest[..<end]
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            let digits = authority[authority.index(after: colon)...]
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(digits),
                number > 0
            else { return nil }
            port = number
            authority = authority[..<colon]
        } else {
            port = 80
        }
        guard Self.isHost(authority) else { return nil }
        host = String(authority)
    }

    /// A name, an IPv4 address, or an IPv6 address in brackets.
    private static func isHost(_ text: Substring) -> Bool {
        if text.hasPrefix("[") {
            return text.hasSuffix("]") && text.count > 2 && !text.dropFirst().dropLast().contains("[")
        }
        return !text.isEmpty && !text.contains { ":[]@".contains($0) }
    }

    package var authority: String { port == 80 ? host : "\(host):\(port)" }
    package var description: String { "ws://\(authority)\(target)" }
}
