import Testing
import Transport

@Suite struct UpstreamURLTests {
    struct Row: Sendable {
        let text: String
        let host: String
        let port: UInt16
        let path: String
        let authority: String
        var isSecure = false

        init(
            _ text: String,
            _ host: String,
            _ port: UInt16,
            _ path: String,
            _ authority: String,
            isSecure: Bool = false
        ) {
            (self.text, self.host, self.port, self.path) = (text, host, port, path)
            (self.authority, self.isSecure) = (authority, isSecure)
        }
    }

    @Test(arguments: [
        Row("http://host", "host", 80, "", "host"), Row("http://host/", "host", 80, "", "host"),
        Row("http://host/v1", "host", 80, "/v1", "host"), Row("http://host/v1/", "host", 80, "/v1", "host"),
        Row("http://host/v1//", "host", 80, "/v1", "host"),
        Row("http://host:80/v1", "host", 80, "/v1", "host"),
        Row("http://host:443", "host", 443, "", "host:443"),
        Row("HTTP://Host:8000/V1", "Host", 8000, "/V1", "Host:8000"),
        Row(
            "https://api.example.com/openai/v1",
            "api.example.com",
            443,
            "/openai/v1",
            "api.example.com",
            isSecure: true
        ),
        Row("https://host:443", "host", 443, "", "host", isSecure: true),
        Row("https://host:80", "host", 80, "", "host:80", isSecure: true),
        Row("Https://host:65535", "host", 65535, "", "host:65535", isSecure: true),
        Row("http://127.0.0.1:8000/v1", "127.0.0.1", 8000, "/v1", "127.0.0.1:8000"),
        Row("http://[::1]:1/x", "[::1]", 1, "/x", "[::1]:1"), Row("http://[::1]", "[::1]", 80, "", "[::1]"),
        Row("http://host/a:b@c", "host", 80, "/a:b@c", "host"),
        Row("http://host/a%20b", "host", 80, "/a%20b", "host"),
    ])
    func `scheme, host, port and path are told apart`(row: Row) throws {
        let url = try #require(UpstreamURL(row.text))

        #expect(url.isSecure == row.isSecure)
        #expect(url.host == row.host)
        #expect(url.port == row.port)
        #expect(url.path == row.path)
        #expect(url.authority == row.authority)
        #expect(UpstreamURL(url.description) == url)
    }

    @Test(arguments: [
        "", "http:", "http://", "http:///v1", "http://:80", "://host", "host", "//host", "ws://host",
        "ftp://host",
        " http://host", "http://host ", "http://ho st", "http://host/ü", "http://hö.example",
        "http://host/\n",
        "http://host:0", "http://host:65536", "http://host:", "http://host:x", "http://host:-1",
        "http://host:+80",
        "http://host:80:80", "http://user@host", "http://user:secret@host/", "http://[::1", "http://::1",
        "http://[::1]x",
        "http://]", "http://[]", "http://[[::1]]", "http://host/v1?a=b", "http://host/v1#a", "http://host/?",
        "http://host/#",
        "xhttp://host", "http//host", "http:/host",
    ])
    func `anything else is none`(text: String) {
        #expect(UpstreamURL(text) == nil)
    }

    @Test(arguments: [
        "http://host?a=b", "http://host?", "http://host#a", "http://host:80?a", "http://host:80#",
    ])
    func `query and fragment are refused without a path too`(text: String) {
        #expect(UpstreamURL(text) == nil)
    }
}
