import HTTP
import Testing

struct RequestHeadTests {
    static func request(_ lines: String..., version: String = "1.1", target: String = "/") -> String {
        "POST \(target) HTTP/\(version)\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    @Test(
        arguments: [
            ("GET", .get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("DELETE", .delete),
            ("PATCH", .patch),
            ("OPTIONS", .options), ("get", .other("get")), ("M-SEARCH", .other("M-SEARCH")),
            ("GETS", .other("GETS")),
        ] as [(String, Method)]
    )
    func `methods are known by name, case-sensitive`(name: String, method: Method) throws {
        let head = try #require(try requestHead(of: "\(name) / HTTP/1.1\r\nHost: a\r\n\r\n"))

        #expect(head.method == method)
        #expect(head.method.name == name)
        #expect(Method(name) == method)
    }

    @Test(
        arguments: [
            ("/", "/", nil), ("/a/b?c=d?e", "/a/b", "c=d?e"), ("/a?", "/a", ""), ("/%61%2Fb", "/a/b", nil),
            ("/%E2%82%AC", "/€", nil), ("/a//b/", "/a//b/", nil), ("/...", "/...", nil),
            ("/.a/b.", "/.a/b.", nil),
            ("/a;b=c,d:e@f", "/a;b=c,d:e@f", nil), ("http://a", "/", nil), ("HTTP://a?b", "/", "b"),
            ("https://A/c", "/c", nil),
        ] as [(String, String, String?)]
    )
    func `path and query are cut from the target`(target: String, path: String, query: String?) throws {
        let head = try #require(try requestHead(of: Self.request(target: target)))

        #expect(head.target == target)
        #expect(head.path == path)
        #expect(head.query == query)
    }

    @Test(
        arguments: [
            ("/?a=b&c=d", "c", "d"), ("/?a=b", "c", nil), ("/", "a", nil), ("/?a", "a", ""),
            ("/?a=", "a", ""),
            ("/?a=1&a=2", "a", "1"), ("/?a+b=c%20d+e", "a b", "c d e"), ("/?a=b=c", "a", "b=c"),
            ("/?%61=%C3%A9", "a", "é"),
        ] as [(String, String, String?)]
    )
    func `query values are found and decoded`(target: String, name: String, value: String?) throws {
        let head = try #require(try requestHead(of: Self.request(target: target)))

        #expect(head.queryValue(name) == value)
    }

    @Test(arguments: [
        ("1.1", "X: y", true), ("1.1", "Connection: close", false), ("1.1", "Connection: Close", false),
        ("1.1", "Connection: keep-alive", true), ("1.1", "Connection: keep-alive, close", false),
        ("1.1", "Connection: x,,close ,", false), ("1.1", "Connection: closed", true), ("1.0", "X: y", false),
        ("1.0", "Connection: Keep-Alive", true), ("1.0", "Connection: keep-alive, close", false),
        ("1.9", "X: y", true),
    ])
    func `a connection is kept alive as version and Connection say`(
        version: String,
        line: String,
        keeps: Bool
    ) throws {
        let head = try #require(try requestHead(of: Self.request(line, version: version)))

        #expect(head.keepsAlive == keeps)
        #expect(head.minorVersion == (version == "1.0" ? 0 : 1))
    }

    @Test(
        arguments: [
            ("X: y", nil, false, false), ("Content-Length: 0", 0, false, false),
            ("Content-Length: 007", 7, false, true),
            ("content-length:10485760", 10_485_760, false, true),
            ("Transfer-Encoding: CHUNKED", nil, true, true),
        ] as [(String, Int?, Bool, Bool)]
    )
    func `framing follows from the fields`(line: String, length: Int?, isChunked: Bool, hasBody: Bool) throws
    {
        let head = try #require(try requestHead(of: Self.request(line)))

        #expect(head.contentLength == length)
        #expect(head.isChunked == isChunked)
        #expect(head.hasBody == hasBody)
    }

    @Test(arguments: [
        ("1.1", "Content-Length: 1", "Expect: 100-Continue", true),
        ("1.1", "X: y", "Expect: 100-continue", false),
        ("1.0", "Content-Length: 1", "Expect: 100-continue", false),
        ("1.1", "Content-Length: 1", "X: y", false),
        ("1.1", "Transfer-Encoding: chunked", "Expect: 100-continue", true),
        ("1.1", "Expect: 100-continue\r\nContent-Length: 1", "Expect: 100-continue", true),
    ])
    func `100-continue is expected only with a body in 1.1`(
        version: String,
        framing: String,
        expect: String,
        expects: Bool
    ) throws {
        let head = try #require(try requestHead(of: Self.request(framing, expect, version: version)))

        #expect(head.expectsContinue == expects)
    }

    @Test(arguments: [
        ("1.1", "Upgrade", "websocket", true), ("1.1", "keep-alive, upgrade", "h2c, WebSocket", true),
        ("1.0", "Upgrade", "websocket", false), ("1.1", "keep-alive", "websocket", false),
        ("1.1", "Upgrade", "websocket2", false), ("1.1", "Upgrade", "h2c", false),
    ])
    func `an upgrade needs Connection, Upgrade and 1.1`(
        version: String,
        connection: String,
        upgrade: String,
        isUpgrade: Bool
    ) throws {
        let lines = Self.request("Connection: \(connection)", "Upgrade: \(upgrade)", version: version)
        let head = try #require(try requestHead(of: lines))

        #expect(head.isUpgrade(to: "websocket") == isUpgrade)
    }

    @Test(arguments: [
        ("LocalHost:8080", "localhost"), ("a", "a"), ("[::1]", "[::1]"), ("[::1]:80", "[::1]"),
        ("10.0.0.1:1", "10.0.0.1"), ("a_b.c-d:65535", "a_b.c-d"), ("%61.b", "%61.b"),
    ])
    func `a host is read with and without its port`(host: String, name: String) throws {
        let head = try #require(try requestHead(of: "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n"))

        #expect(head.host == host)
        #expect(head.hostName == name)
    }

    @Test
    func `the host of an absolute target counts in 1.0`() throws {
        let head = try #require(try requestHead(of: "GET http://b:1/c HTTP/1.0\r\n\r\n"))
        let bare = try #require(try requestHead(of: "GET / HTTP/1.0\r\n\r\n"))

        #expect(head.host == "b:1")
        #expect(bare.host == nil)
        #expect(bare.hostName == nil)
    }
}
