/// The grammar of a host with an optional port: `localhost:8080`, `10.0.0.1`, `[::1]:80`.
///
/// - Source: RFC 9110 §7.2, RFC 3986 §3.2.2. An empty host and an empty port are refused: no http URL has the first,
///   and nobody sends the second.
enum HostSyntax {
    /// Whether `text` is a host with an optional port.
    static func isValid(_ text: UnsafeRawBufferPointer) -> Bool {
        guard !text.isEmpty, let end = hostEnd(text), end > 0 else { return false }
        return end == text.count || isPort(text, from: end)
    }

    /// The offset behind the host; nil: there is no host.
    private static func hostEnd(_ text: UnsafeRawBufferPointer) -> Int? {
        var index = 0
        if text[0] == UInt8(ascii: "[") {
            index = 1
            while index < text.count, ByteSet.address.contains(text[index]) { index += 1 }
            let isClosed = index > 2 && index < text.count && text[index] == UInt8(ascii: "]")
            return isClosed ? index + 1 : nil
        }
        while index < text.count {
            if ByteSet.registeredName.contains(text[index]) {
                index += 1
            } else if text[index] == Byte.percent {
                guard index + 2 < text.count,
                    let byte = PercentEncoding.byte(text[index + 1], text[index + 2]), byte != 0
                else { return nil }
                index += 3
            } else {
                return index
            }
        }
        return index
    }

    private static func isPort(_ text: UnsafeRawBufferPointer, from colon: Int) -> Bool {
        guard text[colon] == Byte.colon, colon + 1 < text.count, text.count - colon <= 6 else { return false }
        var port = 0
        for index in colon + 1..<text.count {
            guard Byte.isDigit(text[index]) else { return false }
            port = port * 10 + Int(text[index] &- Byte.zero)
        }
        return port <= 65535
    }
}
