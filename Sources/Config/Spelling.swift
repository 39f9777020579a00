/// What names may consist of.
enum Spelling {
    /// Whether `text` can name an environment variable.
    static func isVariable(_ text: String) -> Bool {
        guard let first = text.utf8.first, !isDigit(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    /// Whether `text` can name a listener, a key or a provider: it becomes part of logs, labels and commands.
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "._-@".utf8.contains($0) }
    }

    /// Whether `text` can name a model: 1 to 256 bytes that print.
    static func isModel(_ text: String) -> Bool {
        (1...256).contains(text.utf8.count) && isPlain(text) && text != "*"
    }

    /// Whether `text` can name a model that only its provider knows: 1 to 256 bytes, no control character.
    static func isForeignModel(_ text: String) -> Bool {
        (1...256).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    }

    /// Whether `text` is a token, as field names are.
    ///
    /// - Source: RFC 9110 §5.6.2.
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "!#$%&'*+-.^_`|~".utf8.contains($0) }
    }

    /// Whether `text` can be a path: not empty, no control character.
    static func isPath(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    /// Whether `text` is a host as `Host` gives it, without port: a name, an IPv4 address, an IPv6 one in brackets.
    static func isHost(_ text: String) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            return IPAddress.parse(String(text.dropFirst().dropLast()))?.isIPv6 ?? false
        }
        return (1...253).contains(text.utf8.count)
            && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "._-".utf8.contains($0) }
    }

    /// Whether `text` is an origin: `scheme://host` or `scheme://host:port`, nothing behind.
    ///
    /// - Source: RFC 6454 §6.2.
    static func isOrigin(_ text: String) -> Bool {
        guard let mark = text.firstRange(of: "://") else { return false }
        let scheme = text[..<mark.lowerBound]
        var host = text[mark.upperBound...]
        if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
            guard let port = Int(host[colon...].dropFirst()), 1...65535 ~= port else { return false }
            host = host[..<colon]
        }
        return !scheme.isEmpty
            && scheme.utf8.allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
            && isHost(String(host))
    }

    /// Whether `text` is a `ws://` URL without user, query and fragment, where a secret could stand.
    static func isWebSocketURL(_ text: String) -> Bool {
        guard text.lowercased().hasPrefix("ws://"), isPlain(text) else { return false }
        let rest = text.dropFirst(5)
        let path = rest.firstIndex(of: "/") ?? rest.endIndex
        return isOrigin("ws://" + rest[..<path]) && !rest.contains { "?#@".contains($0) }
    }

    /// Whether `text` is an `http://` or `https://` URL without user, query and fragment, where a secret could stand.
    static func isBaseURL(_ text: String) -> Bool {
        guard let mark = text.firstRange(of: "://"), isPlain(text),
            ["http", "https"].contains(text[..<mark.lowerBound].lowercased())
        else { return false }
        let rest = text[mark.upperBound...]
        let path = rest.firstIndex(of: "/") ?? rest.endIndex
        return isOrigin("http://" + rest[..<path]) && !rest.contains { "?#@".contains($0) }
    }

    /// Whether `text` holds neither blanks nor control characters.
    static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
