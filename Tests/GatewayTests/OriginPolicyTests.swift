import Config
import Gateway
import Testing

struct OriginPolicyTests {
    let policy = OriginPolicy(
        allowedHosts: ["gate.lan", "[fd00::1]"],
        allowedOrigins: ["https://app.example", "vscode-webview://abc"],
        address: .ipv4(host: "192.168.1.5", port: 8788)
    )

    @Test(arguments: [
        "localhost", "LOCALHOST:8788", "127.0.0.1", "127.0.0.1:1", "127.255.3.4:80", "[::1]", "[::1]:8788",
        "gate.lan",
        "GATE.lan:99", "192.168.1.5:8788", "[fd00::1]:1",
    ])
    func `a host of this machine is served`(host: String) throws {
        #expect(try policy.origin(of: head("GET", "/", "Host: \(host)")) == nil)
    }

    @Test(arguments: [
        "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.1", "127.0.0.256", "127.0.0",
        "0x7f.0.0.1",
        "128.0.0.1", "192.168.1.6", "[::2]", "0.0.0.0", "gate.lan.evil.example", "127.0.0.1.", "127.0.0.0001",
        "127..0.1", "xgate.lan",
    ])
    func `another host is refused`(host: String) {
        #expect(throws: GatewayError.hostNotAllowed) {
            try policy.origin(of: head("GET", "/", "Host: \(host)"))
        }
    }

    @Test(arguments: [
        "http://localhost", "http://localhost:3000", "https://127.0.0.1:8443", "http://[::1]:5173",
        "http://[::1]",
        "HTTP://LOCALHOST:1", "https://app.example", "HTTPS://APP.example", "vscode-webview://abc",
    ])
    func `an allowed origin is told`(origin: String) throws {
        #expect(try policy.origin(of: head("GET", "/", "Origin: \(origin)")) == origin)
    }

    @Test(arguments: [
        "null", "", "http://evil.example", "https://app.example.evil.example", "http://app.example",
        "http://localhost.evil.example", "http://localhost@evil.example", "ftp://localhost", "localhost",
        "http://localhost:x", "http://localhost:99999", "http://localhost/", "http://",
        "vscode-webview://abcd",
        "http://127.0.0.1:1:2", "http://[::1", "https://app.example:8443", "file://",
    ])
    func `another origin is refused`(origin: String) {
        #expect(throws: GatewayError.originNotAllowed) {
            try policy.origin(of: head("GET", "/", "Origin: \(origin)"))
        }
    }

    @Test func `two origins are refused`() {
        #expect(throws: GatewayError.originNotAllowed) {
            try policy.origin(of: head("GET", "/", "Origin: http://localhost", "Origin: http://localhost"))
        }
    }

    @Test func `the host is checked before the origin`() {
        #expect(throws: GatewayError.hostNotAllowed) {
            try policy.origin(of: head("GET", "/", "Host: evil.example", "Origin: null"))
        }
    }

    @Test func `on a Unix socket any host will do but not any origin`() throws {
        let policy = OriginPolicy(allowedHosts: [], allowedOrigins: [], address: .unix(path: "/tmp/s"))
        #expect(try policy.origin(of: head("GET", "/", "Host: docker")) == nil)
        #expect(throws: GatewayError.originNotAllowed) {
            try policy.origin(of: head("GET", "/", "Origin: http://evil.example"))
        }
    }

    @Test func `the own address of an IPv6 listener is served`() throws {
        let policy = OriginPolicy(
            allowedHosts: [],
            allowedOrigins: [],
            address: .ipv6(host: "FD00::2", port: 1)
        )
        #expect(try policy.origin(of: head("GET", "/", "Host: [fd00::2]:1")) == nil)
    }

    @Test func `an answer allows one origin and says that it varies`() {
        let fields = OriginPolicy.fields(for: "http://localhost:1").map { "\($0.name): \($0.value)" }
        #expect(
            fields == [
                "access-control-allow-origin: http://localhost:1",
                "access-control-expose-headers: x-request-id, x-session-id, retry-after, "
                    + "x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests, "
                    + "x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens",
                "vary: Origin",
            ]
        )
    }

    @Test func `a preflight allows what is asked for`() throws {
        let head = try head(
            "OPTIONS",
            "/v1/models",
            "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: authorization, x-stainless-os",
            "Access-Control-Request-Private-Network: true"
        )
        let fields = OriginPolicy.preflightFields(for: head, origin: "http://localhost:1", allow: "GET, HEAD")
        #expect(
            fields.dropFirst(3).map { "\($0.name): \($0.value)" } == [
                "access-control-allow-methods: GET, HEAD",
                "access-control-allow-headers: authorization, x-stainless-os",
                "access-control-allow-private-network: true", "access-control-max-age: 600",
            ]
        )
    }

    @Test func `a preflight allows no more`() throws {
        let fields = OriginPolicy.preflightFields(for: try head("OPTIONS"), origin: "x", allow: "GET")
        #expect(fields.map(\.name).suffix(2) == ["access-control-allow-methods", "access-control-max-age"])
    }
}
