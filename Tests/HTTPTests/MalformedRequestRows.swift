import HTTP
import Testing

/// One request that must be refused.
struct MalformedRequest: Sendable, CustomTestStringConvertible {
    let bytes: [UInt8]
    let section: String
    let status: Int
    let fault: HTTPFault

    init(_ text: String, _ section: String, _ status: Int, _ fault: HTTPFault) {
        self.init(bytes: [UInt8](text.utf8), section, status, fault)
    }

    init(bytes: [UInt8], _ section: String, _ status: Int, _ fault: HTTPFault) {
        (self.bytes, self.section, self.status, self.fault) = (bytes, section, status, fault)
    }

    /// A request for "/" with one more line behind a valid Host.
    init(line: String, _ section: String, _ status: Int, _ fault: HTTPFault) {
        self.init("GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n", section, status, fault)
    }

    /// A valid request but for its target.
    init(target: String, method: String = "GET", _ section: String, _ status: Int, _ fault: HTTPFault) {
        self.init("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n", section, status, fault)
    }

    /// A valid request but for its Host.
    init(host: String, _ section: String, _ status: Int, _ fault: HTTPFault) {
        self.init("GET / HTTP/1.1\r\nHost:\(host)\r\n\r\n", section, status, fault)
    }

    /// A chunked request with that body.
    init(chunks: String, _ section: String, _ status: Int, _ fault: HTTPFault) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.init(head + chunks, section, status, fault)
    }

    var testDescription: String {
        "\(String(reflecting: String(decoding: bytes, as: UTF8.self).prefix(90))) \(section)"
    }

    static let all = lines + requestLines + targets + fields + hosts + framing + chunks + limits

    static let lines: [MalformedRequest] = [
        .init("GET / HTTP/1.1\nHost: a\n\n", "9112 §2.2", 400, .bareLF),
        .init("GET / HTTP/1.1\r\nHost: a\n\r\n", "9112 §2.2", 400, .bareLF),
        .init("GET / HTTP/1.1\r\nHost: a\r\n\n", "9112 §2.2", 400, .bareLF),
        .init("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "9112 §2.2", 400, .bareLF),
        .init("\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "9112 §2.2", 400, .bareLF),
        .init("GET / HTTP/1.1\rHost: a\r\n\r\n", "9112 §2.2", 400, .bareCR),
        .init("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "9112 §2.2", 400, .bareCR),
        .init("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", "9112 §2.2", 400, .bareCR),
        .init("GET / HTTP/1.1\r\nHost: a\r\n\rX", "9112 §2.2", 400, .bareCR),
        .init("\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", "9112 §2.2", 400, .bareCR),
        .init("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n", "9112 §2.2", 400, .tooManyEmptyLines),
        .init(bytes: [0x16, 0x03, 0x01, 0x02, 0x00, 0x01], "8446 §4", 400, .tlsOnPlainPort),
        .init(bytes: [0x00, 0x47, 0x45, 0x54], "9112 §3", 400, .controlCharacter),
        .init(bytes: [0x80, 0x2E, 0x01], "9112 §3", 400, .invalidMethod),
        .init("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "9113 §3.4", 505, .http2PriorKnowledge),
    ]

    static let requestLines: [MalformedRequest] = [
        .init("GET /\r\n\r\n", "1945 §4.1", 400, .simpleRequest),
        .init("GET\r\n\r\n", "9112 §3", 400, .simpleRequest),
        .init("GET \r\n\r\n", "9112 §3", 400, .simpleRequest),
        .init(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", "9112 §3", 400, .invalidMethod),
        .init("\tGET / HTTP/1.1\r\nHost: a\r\n\r\n", "9112 §3", 400, .invalidMethod),
        .init("GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", "9110 §9.1", 400, .invalidMethod),
        .init("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "9112 §3", 400, .invalidMethod),
        .init("GÉT / HTTP/1.1\r\nHost: a\r\n\r\n", "9110 §9.1", 400, .invalidMethod),
        .init("{\"a\": 1}\r\n", "9110 §9.1", 400, .invalidMethod),
        .init("GE\0T / HTTP/1.1\r\nHost: a\r\n\r\n", "9110 §9.1", 400, .controlCharacter),
        .init("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "9112 §3", 400, .whitespaceInTarget),
        .init("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "9112 §3", 400, .whitespaceInTarget),
        .init("GET  HTTP/1.1\r\nHost: a\r\n\r\n", "9112 §3", 400, .invalidTarget),
        .init("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "9112 §2.3", 400, .malformedVersion),
        .init("GET / http/1.1\r\nHost: a\r\n\r\n", "9112 §2.3", 400, .malformedVersion),
        .init("GET / HTTP/1.10\r\nHost: a\r\n\r\n", "9112 §2.3", 400, .malformedVersion),
        .init("GET / HTTP/1\r\nHost: a\r\n\r\n", "9112 §2.3", 400, .malformedVersion),
        .init("GET / HTTP/1,1\r\nHost: a\r\n\r\n", "9112 §2.3", 400, .malformedVersion),
        .init("GET / HTTP/x.1\r\nHost: a\r\n\r\n", "9112 §2.3", 400, .malformedVersion),
        .init("GET / HTTPS/1.1\r\nHost: a\r\n\r\n", "9112 §2.3", 400, .malformedVersion),
        .init("GET / ICY/1.1\r\nHost: a\r\n\r\n", "9112 §2.3", 400, .malformedVersion),
        .init("GET / HTTP/2.0\r\nHost: a\r\n\r\n", "9110 §2.5", 505, .unsupportedVersion),
        .init("GET / HTTP/3.0\r\nHost: a\r\n\r\n", "9110 §2.5", 505, .unsupportedVersion),
        .init("GET / HTTP/0.9\r\nHost: a\r\n\r\n", "9110 §2.5", 505, .unsupportedVersion),
    ]

    static let targets: [MalformedRequest] = [
        .init(target: "a:443", method: "CONNECT", "9110 §9.3.6", 501, .connectUnsupported),
        .init(target: "/", method: "CONNECT", "9110 §9.3.6", 501, .connectUnsupported),
        .init(target: "a:443", "9112 §3.2.3", 400, .invalidTarget),
        .init(target: "index.html", "9112 §3.2", 400, .invalidTarget),
        .init(target: "?a=b", "9112 §3.2", 400, .invalidTarget),
        .init(target: "ftp://a/", "9112 §3.2.2", 400, .invalidTarget),
        .init(target: "http:/a", "9112 §3.2.2", 400, .invalidTarget),
        .init(target: "*", "9112 §3.2.4", 400, .asteriskWithoutOptions),
        .init(target: "**", method: "OPTIONS", "9112 §3.2.4", 400, .invalidTarget),
        .init(target: "/a b", "9112 §3.2", 400, .whitespaceInTarget),
        .init(target: "/a\tb", "9112 §3.2", 400, .whitespaceInTarget),
        .init(target: "/a#b", "3986 §3.5", 400, .fragmentInTarget),
        .init(target: "/a?b#c", "3986 §3.5", 400, .fragmentInTarget),
        .init(target: "/é", "3986 §2", 400, .nonASCIITarget),
        .init(target: "/?q=é", "3986 §2", 400, .nonASCIITarget),
        .init(target: "/a\\b", "3986 §3.3", 400, .invalidTargetCharacter),
        .init(target: "/a\"b", "3986 §3.3", 400, .invalidTargetCharacter),
        .init(target: "/<a>", "3986 §3.3", 400, .invalidTargetCharacter),
        .init(target: "/{a}", "3986 §3.3", 400, .invalidTargetCharacter),
        .init(target: "/?a=^", "3986 §3.4", 400, .invalidTargetCharacter),
        .init(target: "/a\u{7F}", "3986 §3.3", 400, .controlCharacter),
        .init(target: "/a\u{01}", "3986 §3.3", 400, .controlCharacter),
        .init(target: "/%", "3986 §2.1", 400, .invalidPercentEncoding),
        .init(target: "/%4", "3986 §2.1", 400, .invalidPercentEncoding),
        .init(target: "/%4?1", "3986 §2.1", 400, .invalidPercentEncoding),
        .init(target: "/%zz", "3986 §2.1", 400, .invalidPercentEncoding),
        .init(target: "/?a=%g0", "3986 §2.1", 400, .invalidPercentEncoding),
        .init(target: "/%+1", "3986 §2.1", 400, .invalidPercentEncoding),
        .init(target: "/a%00", "3986 §7.3", 400, .nulInTarget),
        .init(target: "/?a=%00", "3986 §7.3", 400, .nulInTarget),
        .init(target: "/%ff", "3629 §3", 400, .targetNotUTF8),
        .init(target: "/%c0%ae/", "3629 §3", 400, .targetNotUTF8),
        .init(target: "/?a=%80", "3629 §3", 400, .targetNotUTF8),
        .init(target: "/..", "3986 §3.3", 403, .dotSegment),
        .init(target: "/.", "3986 §3.3", 403, .dotSegment),
        .init(target: "/a/../b", "3986 §3.3", 403, .dotSegment),
        .init(target: "/a/./b", "3986 §3.3", 403, .dotSegment),
        .init(target: "/a/..?b", "3986 §3.3", 403, .dotSegment),
        .init(target: "/a/%2e%2E/b", "3986 §6.2.2", 403, .dotSegment),
        .init(target: "/a/.%2e", "3986 §6.2.2", 403, .dotSegment),
        .init(target: "/%2e/", "3986 §6.2.2", 403, .dotSegment),
        .init(target: "/a/..%2fb", "3986 §6.2.2", 403, .dotSegment),
        .init(target: "/a%5c..%5Cb", "3986 §6.2.2", 403, .dotSegment),
        .init(target: "http://a/../b", "3986 §3.3", 403, .dotSegment),
        .init(target: "http:///b", "9110 §4.2.1", 400, .invalidHost),
        .init(target: "http://a:x/b", "9110 §4.2.1", 400, .invalidHost),
        .init(target: "http://u:p@a/", "9110 §4.2.4", 400, .userInfoInTarget),
        .init(target: "http://b/", "9112 §3.2.2", 400, .hostMismatch),
        .init(target: "http://a:80/", "9112 §3.2.2", 400, .hostMismatch),
    ]
}
