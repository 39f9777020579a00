package import Posix

/// What a client without a key is called: its address, of which IPv6 gives everybody 2⁶⁴.
package enum ClientName {
    /// `127.0.0.1`, `2001:db8:0:1::/64`, or `unix` for a Unix socket and for one whose peer is gone.
    package static func name(of address: SocketAddress?) -> String {
        switch address {
        case .ipv4(let bytes, _)?: bytes.map(String.init).joined(separator: ".")
        case .ipv6(let bytes, _)? where bytes.starts(with: mapped):
            bytes.suffix(4).map(String.init).joined(separator: ".")
        case .ipv6(let bytes, _)?:
            (0..<4).map { String(Int(bytes[2 * $0]) << 8 | Int(bytes[2 * $0 + 1]), radix: 16) }
                .joined(separator: ":") + "::/64"
        case .unix?, nil: "unix"
        }
    }

    /// An IPv4 address in IPv6's form (RFC 4291 §2.5.5.2).
    private static let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
}
