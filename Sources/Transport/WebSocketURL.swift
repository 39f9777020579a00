/// Where a WebSocket server is (RFC 6455 §3).
package struct WebSocketURL: Equatable, Sendable, CustomStringConvertible {
    private static let defaultPort: UInt16 = 80

    let place: Authority
    /// Path and query, at least `/`.
    package let target: String

    /// `ws://host[:port][/path][?query]`; nil for anything else, `wss` and fragments included.
    package init?(_ text: String) {
        guard text.lowercased().hasPrefix("ws://"), !text.contains("#"),
            text.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
        else { return nil }
        let rest = text.dropFirst(5)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard let place = Authority(rest[..<end], defaultPort: Self.defaultPort) else { return nil }
        self.place = place
        let path = String(rest[end...])
        target = path.hasPrefix("/") ? path : "/" + path
    }

    package var host: String { place.host }
    package var port: UInt16 { place.port }
    package var authority: String { place.text(defaultPort: Self.defaultPort) }
    package var description: String { "ws://\(authority)\(target)" }
}
