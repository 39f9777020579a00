extension Configuration {
    /// Where to listen: `127.0.0.1:8788`, `[::1]:8788` or `unix:PATH`.
    package enum Address: Codable, Equatable, Sendable {
        /// An IPv4 host in dotted decimal, and a port from 1 to 65535.
        case ipv4(host: String, port: Int)
        /// An IPv6 host without brackets, and a port from 1 to 65535.
        case ipv6(host: String, port: Int)
        /// The path of a Unix socket, at most 107 bytes.
        case unix(path: String)

        /// Whether only this machine can reach it: loopback or a Unix socket.
        package var isLocal: Bool {
            switch self {
            case .ipv4(let host, _), .ipv6(let host, _): IPAddress.parse(host)?.isLoopback ?? false
            case .unix: true
            }
        }

        /// Whether both cannot be open at the same time.
        package func overlaps(_ other: Self) -> Bool {
            if case .unix(let path) = self, case .unix(let otherPath) = other { return path == otherPath }
            guard let (host, port) = endpoint, let (otherHost, otherPort) = other.endpoint else {
                return false
            }
            return port == otherPort && (host.covers(otherHost) || otherHost.covers(host))
        }

        /// The address that `text` spells.
        static func parse(_ text: String) throws(AddressError) -> Self {
            if text.hasPrefix("unix:") {
                let path = String(text.dropFirst(5))
                guard Spelling.isPath(path) else { throw .malformed }
                guard path.utf8.count <= 107 else { throw .pathTooLong }
                return .unix(path: path)
            }
            guard let colon = text.lastIndex(of: ":") else { throw .malformed }
            guard let port = WholeNumber.parse(text[colon...].dropFirst(), times: 1) else { throw .malformed }
            guard 1...65535 ~= port else { throw .portOutOfRange }
            let host = String(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]"), host.contains(":") {
                let bare = String(host.dropFirst().dropLast())
                guard IPAddress.parse(bare) != nil else { throw .malformed }
                return .ipv6(host: bare.lowercased(), port: port)
            }
            guard !host.contains(":"), IPAddress.parse(host) != nil else { throw .malformed }
            return .ipv4(host: host, port: port)
        }

        private var endpoint: (host: IPAddress, port: Int)? {
            switch self {
            case .ipv4(let host, let port), .ipv6(let host, let port):
                IPAddress.parse(host).map { ($0, port) }
            case .unix: nil
            }
        }
    }
}

extension Configuration.Address: CustomStringConvertible {
    /// The address as the configuration spells it.
    package var description: String {
        switch self {
        case .ipv4(let host, let port): "\(host):\(port)"
        case .ipv6(let host, let port): "[\(host)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
