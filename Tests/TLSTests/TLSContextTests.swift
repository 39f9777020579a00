import Posix
import TLS
import TLSTesting
import Testing

@Suite struct TLSContextTests {
    @Test(arguments: ["rsa", "ecdsa", "chain", "expired"])
    func `a certificate and its key make a server`(name: String) throws {
        _ = try TLSContext.testServer(name)
    }

    @Test(arguments: [
        (
            "missing.pem", "rsa.key",
            "cannot read <missing.pem>: open <missing.pem>: No such file or directory"
        ),
        (
            "rsa.pem", "missing.key",
            "cannot read <missing.key>: open <missing.key>: No such file or directory"
        ),
        ("rsa.key", "rsa.key", "<rsa.key> has no certificate in PEM form"),
        ("rsa.pem", "rsa.pem", "<rsa.pem> has no private key in PEM form"),
        (
            "rsa.pem", "other-ca.key",
            "the key in <other-ca.key> is not that of the first certificate in <rsa.pem>"
        ),
        ("rsa.pem", "ecdsa.key", "the key in <ecdsa.key> is not that of the first certificate in <rsa.pem>"),
        ("rsa.pem", "locked.key", "the key in <locked.key> has a password; give one without"),
        ("weak.pem", "weak.key", "the certificate in <weak.pem> cannot be used: ee key too small"),
    ])
    func `files that make no server are named`(certificate: String, key: String, sentence: String) throws {
        let (certificatePath, keyPath) = (try Certificates.path(certificate), try Certificates.path(key))
        let fault = #expect(throws: TLSFault.self) {
            try TLSContext.server(certificate: certificatePath, key: keyPath)
        }
        #expect(try fault.map(strippingFolder) == sentence)
    }

    @Test(arguments: [
        ("missing.pem", "cannot read <missing.pem>: open <missing.pem>: No such file or directory"),
        ("rsa.key", "<rsa.key> has no certificate of an authority in PEM form"),
    ])
    func `a file that holds no authority is named`(name: String, sentence: String) throws {
        let path = try Certificates.path(name)
        let fault = #expect(throws: TLSFault.self) { try TLSContext.client(trust: .file(path)) }
        #expect(try fault.map(strippingFolder) == sentence)
    }

    @Test(arguments: ["", ".", ".example.test", "*.example.test", "a b", "a\u{0}b", "bücher.test", "a\nb"])
    func `what OpenSSL would take for any host is none`(host: String) throws {
        let context = try TLSContext.testClient()
        #expect(throws: TLSFault.invalidHost(host)) { try TLSSession(context, host: host, port: 443) }
    }

    @Test(arguments: ["localhost", "localhost.", "LOCALHOST", "127.0.0.1", "::1", "a_b.test", "x"])
    func `a name or an address is a host`(host: String) throws {
        let context = try TLSContext.testClient()
        _ = try TLSSession(context, host: host, port: 443)
    }

    private func strippingFolder(_ fault: TLSFault) throws -> String {
        let folder = try Certificates.path("")
        var rest = fault.description[...]
        var text = ""
        while let range = rest.firstRange(of: folder) {
            let name = rest[range.upperBound...].prefix { $0.isLetter || $0 == "." || $0 == "-" }
            text += rest[..<range.lowerBound] + "<\(name)>"
            rest = rest[name.endIndex...]
        }
        return text + rest
    }
}
