import HTTP
import WebSocket

/// Which upstreams are reached through a proxy, as the environment says.
///
///     https_proxy=http://user:word@proxy.example:3128   for https:// upstreams, by CONNECT
///     no_proxy=.internal.example,10.0.0.7,db:8443,*     names with all below them, addresses, with a port or without
///
/// Upper case counts where lower case is not set. What this machine serves itself is never asked of a proxy.
package struct ProxyRules: Equatable, Sendable {
    /// A proxy, and how it is told who asks.
    package struct Proxy: Hashable, Sendable {
        let place: Authority
        /// The value of Proxy-Authorization; nil: none.
        let authorization: String?
    }

    private let proxy: Proxy?
    private let exceptions: [Substring]
    /// What is set and means nothing; nil: there is no such thing.
    package let fault: String?

    /// Rules without a proxy.
    package init() { (proxy, exceptions, fault) = (nil, [], nil) }

    /// The rules of an environment.
    package init(environment: (String) -> String?) {
        func value(_ name: String) -> String? {
            (environment(name) ?? environment(name.uppercased())).flatMap { $0.isEmpty ? nil : $0 }
        }
        let given = value("https_proxy")
        proxy = given.flatMap(Proxy.init)
        // The value may hold a password.
        fault = given != nil && proxy == nil ? "https_proxy is not http://HOST:PORT" : nil
        exceptions = (value("no_proxy") ?? "").split { $0 == "," || $0 == " " }
    }

    /// The proxy that an upstream is reached through; nil: none.
    func proxy(for url: UpstreamURL) -> Proxy? {
        guard url.isSecure, let proxy, !Self.isLocal(url.host) else { return nil }
        return exceptions.contains { Self.matches($0, url) } ? nil : proxy
    }

    private static func isLocal(_ host: String) -> Bool {
        host == "localhost" || host == "[::1]" || host.hasPrefix("127.")
    }

    private static func matches(_ exception: Substring, _ url: UpstreamURL) -> Bool {
        if exception == "*" { return true }
        guard let place = Authority(exception, defaultPort: url.port), place.port == url.port else {
            return false
        }
        let (host, own) = (url.host.lowercased(), place.host.lowercased())
        let name = own.hasPrefix(".") ? own.dropFirst() : own[...]
        return host == name || host.hasSuffix("." + name)
    }
}

extension ProxyRules.Proxy {
    /// `http://[user[:password]@]host[:port][/]`, or without the scheme; nil for anything else.
    fileprivate init?(_ text: String) {
        var rest = text[...]
        if let mark = rest.firstRange(of: "://") {
            guard rest[..<mark.lowerBound].lowercased() == "http" else { return nil }
            rest = rest[mark.upperBound...]
        }
        if rest.hasSuffix("/") { rest.removeLast() }
        var user: Substring?
        if let at = rest.lastIndex(of: "@") {
            user = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        guard let place = Authority(rest, defaultPort: 3128) else { return nil }
        self.place = place
        authorization = user.map {
            "Basic " + Handshake.base64(Array(PercentEncoding.decoded(ArraySlice($0.utf8)).utf8))
        }
    }
}
