/// The head of a request that was accepted: one copy of its bytes, one array of field ranges, strings on demand.
///
/// A class, since many look at the one of a request and nobody changes it.
///
/// - Source: RFC 9112 §2, §3, §5.
package final class RequestHead: Sendable {
    /// The method.
    package let method: Method
    /// The minor version: 0 for HTTP/1.0, 1 for HTTP/1.1 and everything above.
    package let minorVersion: Int
    /// The fields.
    package let fields: Fields
    /// The value of Content-Length; nil: there is none.
    package let contentLength: Int?
    /// Whether the body comes in chunks, its length unknown (RFC 9112 §7.1).
    package let isChunked: Bool
    /// Whether the client can send another request on this connection (RFC 9112 §9.3).
    package let keepsAlive: Bool
    /// Whether the client waits for "100 Continue" before it sends its body (RFC 9110 §10.1.1).
    package let expectsContinue: Bool
    /// Whether Connection names "upgrade".
    let hasUpgrade: Bool
    let parts: Target

    init(
        method: Method,
        minorVersion: Int,
        fields: Fields,
        contentLength: Int?,
        isChunked: Bool,
        keepsAlive: Bool,
        expectsContinue: Bool,
        hasUpgrade: Bool,
        parts: Target,
    ) {
        self.method = method
        self.minorVersion = minorVersion
        self.fields = fields
        self.contentLength = contentLength
        self.isChunked = isChunked
        self.keepsAlive = keepsAlive
        self.expectsContinue = expectsContinue
        self.hasUpgrade = hasUpgrade
        self.parts = parts
    }
}

extension RequestHead {
    /// Whether a body follows; one of `Content-Length: 0` does not count.
    package var hasBody: Bool { isChunked || (contentLength ?? 0) > 0 }

    /// The target as it was sent.
    package var target: String { String(decoding: fields.bytes[parts.whole.range], as: UTF8.self) }

    /// The bytes of the path as they were sent, for the router; "/" if an absolute target has none.
    package var rawPath: ArraySlice<UInt8> { fields.bytes[parts.path.range] }

    /// The path, percent-decoded; an encoded "/" cannot be told from a plain one here.
    package var path: String { PercentEncoding.decoded(rawPath) }

    /// What follows "?", as it was sent; nil: there is no "?".
    package var query: String? {
        parts.query.map { String(decoding: fields.bytes[$0.range], as: UTF8.self) }
    }

    /// The value of the first `name=value` in the query, decoded; empty for a bare name; nil: there is none.
    ///
    /// - Source: URL Standard §5.1 (application/x-www-form-urlencoded: "+" is a space).
    package func queryValue(_ name: String) -> String? {
        guard let range = parts.query?.range else { return nil }
        for pair in fields.bytes[range].split(separator: UInt8(ascii: "&")) {
            let end = pair.firstIndex(of: Byte.equals) ?? pair.endIndex
            if PercentEncoding.decoded(pair[..<end], plusIsSpace: true) == name {
                return PercentEncoding.decoded(pair[end...].dropFirst(), plusIsSpace: true)
            }
        }
        return nil
    }

    /// The host with its port as it was sent, from an absolute target or Host; nil: HTTP/1.0 without either.
    package var host: String? {
        guard let authority = parts.authority else { return fields["host"] }
        return String(decoding: fields.bytes[authority.range], as: UTF8.self)
    }

    /// The host without its port, in lower case: "localhost" or "[::1]".
    package var hostName: String? {
        guard let host else { return nil }
        guard let colon = host.utf8.lastIndex(of: Byte.colon),
            !host.utf8[colon...].contains(UInt8(ascii: "]"))
        else { return host.lowercased() }
        return host[..<colon].lowercased()
    }

    /// The media type of the body; nil: Content-Type is missing or malformed.
    package var contentType: MediaType? {
        fields["content-type"].flatMap { MediaType($0) }
    }

    /// Whether the client asks to go on in another protocol, such as "websocket" (RFC 9110 §7.8).
    ///
    /// An upgrade asked for in HTTP/1.0 is ignored, as that section demands.
    package func isUpgrade(to name: String) -> Bool {
        hasUpgrade && minorVersion > 0 && fields.contains("upgrade", token: name)
    }
}
