import Glibc

/// Names to addresses (getaddrinfo(3)); blocks, so it runs on the helper thread.
package enum Resolver {
    /// In the order the system prefers; empty if the name is unknown.
    package static func resolve(_ host: String, port: UInt16) -> [SocketAddress] {
        if let address = SocketAddress(host: host, port: port) { return [address] }
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = list
        while let entry = next?.pointee {
            var storage = sockaddr_storage()
            memcpy(&storage, entry.ai_addr, Int(entry.ai_addrlen))
            if let address = SocketAddress(storage), !found.contains(address) { found.append(address) }
            next = entry.ai_next
        }
        return found
    }
}
