import Posix
import Testing

@Suite struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8788", SocketAddress.ipv4([127, 0, 0, 1], port: 8788)),
        ("0.0.0.0:0", .ipv4([0, 0, 0, 0], port: 0)),
        ("255.255.255.255:65535", .ipv4([255, 255, 255, 255], port: 65535)),
        ("[::1]:8788", .ipv6([UInt8](repeating: 0, count: 15) + [1], port: 8788)),
        ("[::]:1", .ipv6([UInt8](repeating: 0, count: 16), port: 1)),
        (
            "[2001:db8::ff00:42:8329]:443",
            .ipv6([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0x42, 0x83, 0x29], port: 443)
        ),
        ("unix:/run/x.sock", .unix("/run/x.sock")), ("unix:relative", .unix("relative")),
        ("unix:@abstract", .unix("@abstract")),
    ])
    func `an address is read and spelled the same`(text: String, expected: SocketAddress) throws {
        let address = try #require(SocketAddress(text))

        #expect(address == expected)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1: 80",
        "127.0.0.1:8o", "127.0.0.256:80", "127.0.1:80", "localhost:80", "[::1]", "[::1]:", "[::1:80",
        "::1]:80",
        "[]:80", "[::g]:80", "unix:", "127.0.0.1:80 ", " 127.0.0.1:80", "http://127.0.0.1:80",
        "unix:/\(String(repeating: "x", count: 107))",
    ])
    func `anything else is none`(text: String) {
        #expect(SocketAddress(text) == nil)
    }

    @Test(arguments: ["127.0.0.1:+80", "::1:80", ":::80", "[127.0.0.1]:80"])
    func `a spelling that only looks like one is none`(text: String) {
        #expect(SocketAddress(text) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("::1", true), ("[::1]", true), ("localhost", false), ("", false), ("[", false),
        ("1.2.3", false),
    ])
    func `a host is digits only`(host: String, isAddress: Bool) {
        #expect((SocketAddress(host: host, port: 1) != nil) == isAddress)
    }

    @Test(arguments: [
        ("127.0.0.1:1", true), ("127.9.9.9:1", true), ("128.0.0.1:1", false), ("0.0.0.0:1", false),
        ("[::1]:1", true), ("[::]:1", false), ("[::2]:1", false), ("unix:/x", true),
    ])
    func `loopback is what only this machine reaches`(text: String, isLoopback: Bool) throws {
        #expect(try #require(SocketAddress(text)).isLoopback == isLoopback)
    }

    @Test func `a path may have 107 bytes`() {
        let path = "/" + String(repeating: "x", count: 106)

        #expect(SocketAddress("unix:\(path)") == .unix(path))
    }

    @Test func `addresses in digits are resolved without asking anybody`() {
        #expect(Resolver.resolve("127.0.0.1", port: 5) == [.ipv4([127, 0, 0, 1], port: 5)])
        #expect(Resolver.resolve("name.invalid", port: 5).isEmpty)
    }

    @Test(arguments: [
        ("127.0.0.1:80", "127.0.0.1"), ("[2001:db8:1:2:3:4:5:6]:80", "2001:db8:1:2::/64"),
        ("[::1]:80", "::/64"),
        ("[::ffff:1.2.3.4]:80", "1.2.3.4"), ("unix:/x", "unix"),
    ])
    func `a client is told apart by its network`(text: String, network: String) throws {
        #expect(try #require(SocketAddress(text)).network == network)
    }
}
