import Glibc

/// Where a socket listens or connects: an address and port, or a path.
package enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
    case ipv4([UInt8], port: UInt16)
    case ipv6([UInt8], port: UInt16)
    /// At most 107 bytes; a leading `@` names the abstract namespace (unix(7)).
    case unix(String)

    /// `127.0.0.1:8788`, `[::1]:8788` or `unix:PATH`; nil for anything else, names included.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty, path.utf8.count < 108 else { return nil }
            self = .unix(path)
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let (host, digits) = (text[..<colon], text[text.index(after: colon)...])
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits),
            host.contains(":") == host.hasPrefix("[")
        else { return nil }
        self.init(host: String(host), port: port)
    }

    /// `host`: digits only: `127.0.0.1`, `::1` or `[::1]`.
    package init?(host: String, port: UInt16) {
        var host = host[...]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, String(host), &four) == 1 {
            self = .ipv4(withUnsafeBytes(of: &four) { Array($0) }, port: port)
        } else if inet_pton(AF_INET6, String(host), &six) == 1 {
            self = .ipv6(withUnsafeBytes(of: &six) { Array($0) }, port: port)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .ipv4(let bytes, let port): "\(bytes.map(String.init).joined(separator: ".")):\(port)"
        case .ipv6(let bytes, let port): "[\(Self.text(ipv6: bytes))]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// Whether only this machine reaches it.
    package var isLoopback: Bool {
        switch self {
        case .ipv4(let bytes, _): bytes[0] == 127
        case .ipv6(let bytes, _): bytes == [UInt8](repeating: 0, count: 15) + [1]
        case .unix: true
        }
    }

    package var isIPv6: Bool {
        switch self {
        case .ipv6: true
        case .ipv4, .unix: false
        }
    }

    /// Whose address it is, without the port: `127.0.0.1`, `2001:db8:0:1::/64`, or `unix`.
    ///
    /// Of IPv6 everybody has 2⁶⁴ addresses, so they are one; IPv4 in its form counts as IPv4 (RFC 4291 §2.5.5.2).
    package var network: String {
        switch self {
        case .ipv4(let bytes, _): bytes.map(String.init).joined(separator: ".")
        case .ipv6(let bytes, _) where bytes.starts(with: [UInt8](repeating: 0, count: 10) + [0xff, 0xff]):
            bytes.suffix(4).map(String.init).joined(separator: ".")
        case .ipv6(let bytes, _):
            "\(Self.text(ipv6: bytes.prefix(8) + [UInt8](repeating: 0, count: 8)))/64"
        case .unix: "unix"
        }
    }

    var family: CInt {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    private static func text(ipv6 bytes: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Lends the address in the kernel's form.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var storage = sockaddr_storage()
        let length = withUnsafeMutableBytes(of: &storage) { fill($0) }
        return withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }

    private func fill(_ room: UnsafeMutableRawBufferPointer) -> Int {
        switch self {
        case .ipv4(let bytes, let port):
            room.storeBytes(
                of: sockaddr_in(
                    sin_family: sa_family_t(AF_INET),
                    sin_port: port.bigEndian,
                    sin_addr: .init(),
                    sin_zero: (0, 0, 0, 0, 0, 0, 0, 0)
                ),
                as: sockaddr_in.self
            )
            UnsafeMutableRawBufferPointer(rebasing: room[4..<8]).copyBytes(from: bytes)
            return MemoryLayout<sockaddr_in>.size
        case .ipv6(let bytes, let port):
            room.storeBytes(of: sa_family_t(AF_INET6), as: sa_family_t.self)
            room.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            UnsafeMutableRawBufferPointer(rebasing: room[8..<24]).copyBytes(from: bytes)
            return MemoryLayout<sockaddr_in6>.size
        case .unix(let path):
            room.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
            let name = Array(path.utf8.prefix(107))
            UnsafeMutableRawBufferPointer(rebasing: room[2..<(2 + name.count)]).copyBytes(from: name)
            guard name.first == UInt8(ascii: "@") else { return 2 + name.count + 1 }
            room[2] = 0
            return 2 + name.count
        }
    }

    /// The address in the kernel's form, read back.
    init?(_ storage: sockaddr_storage) {
        let bytes = withUnsafeBytes(of: storage) { Array($0.prefix(28)) }
        let port = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        switch CInt(storage.ss_family) {
        case AF_INET: self = .ipv4(Array(bytes[4..<8]), port: port)
        case AF_INET6: self = .ipv6(Array(bytes[8..<24]), port: port)
        default: return nil
        }
    }
}
