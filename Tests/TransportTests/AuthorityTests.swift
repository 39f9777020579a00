import Testing

@testable import Transport

@Suite struct AuthorityTests {
    @Test(arguments: [
        ("host", "host", UInt16(7)), ("host:1", "host", 1), ("host:007", "host", 7),
        ("host:65535", "host", 65535),
        ("a.b-c_d", "a.b-c_d", 7), ("1.2.3.4:5", "1.2.3.4", 5), ("[::1]", "[::1]", 7),
        ("[::1]:5", "[::1]", 5),
        ("[v1.x]", "[v1.x]", 7),
    ])
    func `host and port are told apart`(text: String, host: String, port: UInt16) throws {
        let authority = try #require(Authority(text[...], defaultPort: 7))

        #expect(authority.host == host)
        #expect(authority.port == port)
        #expect(authority.text(defaultPort: port) == host)
        #expect(authority.text(defaultPort: 9) == "\(host):\(port)")
    }

    @Test(arguments: [
        "", ":", ":1", "host:", "host:0", "host:65536", "host:99999999999", "host:x", "host:1x", "host: 1",
        "host:-1",
        "host:\u{661}", "a:b:1", "::1", "[::1", "::1]", "[]", "[]:1", "[[::1]]", "user@host", "u:p@host:1",
        "a[b]", "]", "[",
        "[::1]]", "[::1]:80]", "[a]b]", "[::1]x:1",
    ])
    func `anything else is none`(text: String) {
        #expect(Authority(text[...], defaultPort: 7) == nil)
    }
}
