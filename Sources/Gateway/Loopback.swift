/// Which host names can only mean this machine.
enum Loopback {
    /// Whether `host`, in lower case and without port, is `localhost`, `[::1]` or in 127.0.0.0/8.
    ///
    /// - Source: RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3. Only dotted decimal is an address here: other
    ///   spellings (`127.1`, `0x7f.1`) are read differently by different resolvers.
    static func contains(_ host: some StringProtocol) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4, host.hasPrefix("127.") else { return false }
        return parts.allSatisfy { part in
            (1...3).contains(part.count)
                && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                && part.reduce(0) { $0 * 10 + Int($1) - 48 } <= 255
        }
    }
}
