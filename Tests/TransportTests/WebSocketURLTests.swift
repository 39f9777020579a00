import Testing
import Transport

@Suite struct WebSocketURLTests {
    @Test(arguments: [
        ("ws://host", "host", UInt16(80), "/", "host"), ("ws://host/", "host", 80, "/", "host"),
        ("WS://Host:8787/agent", "Host", 8787, "/agent", "Host:8787"),
        ("ws://host:80/a/b?c=d&e", "host", 80, "/a/b?c=d&e", "host"),
        ("ws://host?a=b", "host", 80, "/?a=b", "host"),
        ("ws://127.0.0.1:65535", "127.0.0.1", 65535, "/", "127.0.0.1:65535"),
        ("ws://[::1]:1/x", "[::1]", 1, "/x", "[::1]:1"), ("ws://[::1]/x", "[::1]", 80, "/x", "[::1]"),
        ("ws://host/a:b@c", "host", 80, "/a:b@c", "host"), ("ws://host?a:1", "host", 80, "/?a:1", "host"),
    ])
    func `host, port and target are told apart`(
        text: String,
        host: String,
        port: UInt16,
        target: String,
        authority: String,
    ) throws {
        let url = try #require(WebSocketURL(text))

        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.target == target)
        #expect(url.authority == authority)
        #expect(WebSocketURL(url.description) == url)
    }

    @Test(arguments: [
        "", "ws:", "ws:/", "ws://", "ws:///x", "ws://:80/", "ws://?x", "wss://host", "http://host", "host",
        "//host",
        "ws://host#", "ws://host/#a", "ws://host:0", "ws://host:65536", "ws://host:", "ws://host:x",
        "ws://host:-1",
        "ws://user@host/", "ws://user:secret@host/", "ws://ho st/", "ws://host/ü", "ws://host/\n",
        " ws://host",
        "ws://host:80:80x", "ws://host:+80",
    ])
    func `anything else is none`(text: String) {
        #expect(WebSocketURL(text) == nil)
    }

    @Test(arguments: ["ws://[::1", "ws://::1/", "ws://[::1]x/", "ws://host:80:80/", "ws://]/"])
    func `a host whose brackets or colons are wrong is none`(text: String) {
        #expect(WebSocketURL(text) == nil)
    }
}
