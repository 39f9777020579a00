/// An IPv4 or IPv6 address, for comparison; `::ffff:1.2.3.4` counts as `1.2.3.4`.
struct IPAddress: Equatable {
    /// 4 or 16 bytes, in network order.
    let bytes: [UInt8]

    /// Whether it is an IPv6 address.
    var isIPv6: Bool {
        bytes.count == 16
    }

    /// Whether it reaches this machine only: 127.0.0.0/8 or `::1`.
    var isLoopback: Bool {
        isIPv6 ? bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1 : bytes.first == 127
    }

    /// Whether it stands for all addresses of this machine.
    var isWildcard: Bool {
        bytes.allSatisfy { $0 == 0 }
    }

    /// Whether a socket on it also takes connections to `other`; `::` takes those to IPv4 addresses as well.
    func covers(_ other: IPAddress) -> Bool {
        self == other || (isWildcard && (isIPv6 || !other.isIPv6))
    }

    /// The address that `text` spells, or nil if it is none; no names, no zones.
    static func parse(_ text: String) -> IPAddress? {
        guard text.contains(":") else { return ipv4(text[...]).map(IPAddress.init) }
        guard let bytes = ipv6(text) else { return nil }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return IPAddress(bytes: isMapped ? Array(bytes[12...]) : bytes)
    }

    private static func ipv4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        // A leading zero means octal to some programs, so it is refused.
        let bytes = parts.compactMap { part in
            part.hasPrefix("0") && part != "0" || part.hasPrefix("+") ? nil : UInt8(part)
        }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    private static func ipv6(_ text: String) -> [UInt8]? {
        guard let gap = text.firstRange(of: "::") else {
            return groups(text[...]).flatMap { $0.count == 16 ? $0 : nil }
        }
        guard let head = groups(text[..<gap.lowerBound]), let tail = groups(text[gap.upperBound...]),
            head.count + tail.count <= 14
        else { return nil }
        return head + Array(repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        if text.isEmpty { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains("."), let last = ipv4(part) {
                bytes += last
            } else if (1...4).contains(part.count), part.allSatisfy(\.isHexDigit),
                let group = UInt16(part, radix: 16)
            {
                bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
            } else {
                return nil
            }
        }
        return bytes
    }
}
