package import Config
package import HTTP

/// Keeps pages of the web away from a listener that trusts whoever reaches it.
///
/// A page can make a browser send requests to loopback ports, and with a name that it controls (DNS rebinding) even
/// read the answers; `Origin` betrays the first and `Host` the second.
package struct OriginPolicy: Sendable {
    private let allowedHosts: Set<String>
    private let allowedOrigins: Set<String>
    private let ownHost: String?
    private let isUnixSocket: Bool

    /// What a listener allows besides loopback.
    ///
    /// - Parameters:
    ///   - allowedHosts: Names in lower case, without port.
    ///   - allowedOrigins: Origins in lower case, as browsers send them.
    ///   - address: The listener's own address, whose host is allowed too.
    package init(allowedHosts: [String], allowedOrigins: [String], address: Configuration.Address) {
        self.allowedHosts = Set(allowedHosts)
        self.allowedOrigins = Set(allowedOrigins)
        switch address {
        case .ipv4(let host, _): (ownHost, isUnixSocket) = (host, false)
        case .ipv6(let host, _): (ownHost, isUnixSocket) = ("[\(host.lowercased())]", false)
        case .unix: (ownHost, isUnixSocket) = (nil, true)
        }
    }

    /// The Origin that the answer must allow; nil: the request has none.
    ///
    /// A request without Host passes, since no browser sends one, and so does any Host on a Unix socket, which no
    /// browser reaches.
    ///
    /// - Throws: `.hostNotAllowed`, `.originNotAllowed`.
    package func origin(of head: RequestHead) throws(GatewayError) -> String? {
        if !isUnixSocket, let host = head.hostName, !allows(host: host) { throw .hostNotAllowed }
        guard let origin = head.fields["origin"] else { return nil }
        guard head.fields.values(of: "origin").count == 1, allows(origin: origin) else {
            throw .originNotAllowed
        }
        return origin
    }

    private static let exposed =
        "x-request-id, x-session-id, retry-after, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, "
        + "x-ratelimit-reset-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, "
        + "x-ratelimit-reset-tokens"

    /// What an answer to a page of that origin says, so that the browser shows it to the page.
    ///
    /// - Source: Fetch Standard §3.3.
    package static func fields(for origin: String) -> [(name: String, value: String)] {
        [
            ("access-control-allow-origin", origin),
            ("access-control-expose-headers", exposed),
            ("vary", "Origin"),
        ]
    }

    /// What the answer to a preflight (OPTIONS with Access-Control-Request-Method) says.
    ///
    /// The fields that the page asks for are allowed as they are: which of them matter is checked with the request.
    ///
    /// - Parameters:
    ///   - head: The head of the OPTIONS request.
    ///   - origin: The origin, already allowed.
    ///   - allow: The methods of the path: `GET, HEAD`.
    /// - Returns: The fields of the answer, names in lower case.
    /// - Source: Fetch Standard §3.3.3; Private Network Access §3.1.
    package static func preflightFields(
        for head: RequestHead,
        origin: String,
        allow: String
    ) -> [(name: String, value: String)] {
        var fields = fields(for: origin)
        fields.append(("access-control-allow-methods", allow))
        if let names = head.fields["access-control-request-headers"] {
            fields.append(("access-control-allow-headers", names))
        }
        if head.fields.contains("access-control-request-private-network", token: "true") {
            fields.append(("access-control-allow-private-network", "true"))
        }
        fields.append(("access-control-max-age", "600"))
        return fields
    }

    private func allows(host: String) -> Bool {
        Loopback.contains(host) || host == ownHost || allowedHosts.contains(host)
    }

    private func allows(origin: String) -> Bool {
        let origin = origin.lowercased()
        return allowedOrigins.contains(origin) || Self.isLoopback(origin)
    }

    /// Whether a page of this machine's own web server asks: `http://localhost:3000`.
    private static func isLoopback(_ origin: String) -> Bool {
        for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
            let authority = origin.dropFirst(scheme.count)
            guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else {
                return Loopback.contains(authority)
            }
            let port = authority[authority.index(after: colon)...]
            return UInt16(port) != nil && Loopback.contains(authority[..<colon])
        }
        return false
    }
}
