import LoopTesting
import TLS
import TLSTesting
import Testing

@Suite struct CertificateTests {
    @Test(arguments: ["rsa", "ecdsa", "chain"], ["localhost", "API.example.test.", "127.0.0.1", "::1"])
    func `a certificate for the host is accepted`(certificate: String, host: String) throws {
        let faults = try faults(certificate, host: host)
        #expect(faults.client == nil)
        #expect(faults.server == nil)
    }

    @Test(arguments: [
        (
            "expired", "localhost",
            "the certificate of localhost, or one above it, expired on Feb  3 04:05:06 2021 GMT; or our clock is wrong",
            "certificate expired (ours, it says)"
        ),
        (
            "early", "localhost",
            "the certificate of localhost, or one above it, is valid from Jan  2 03:04:05 2048 GMT on; "
                + "or our clock is wrong",
            "bad certificate (it does not like our certificate)"
        ),
        (
            "wrong", "localhost",
            "the certificate is not for localhost, but for other.example.test, 192.0.2.1",
            "bad certificate (it does not like our certificate)"
        ),
        (
            "wrong", "192.0.2.2",
            "the certificate is not for 192.0.2.2, but for other.example.test, 192.0.2.1",
            "bad certificate (it does not like our certificate)"
        ),
        (
            "stranger", "localhost",
            "the certificate of localhost leads to \"CN = Some Other CA\", which is not in <ca.pem>; "
                + "or the server does not send the certificates between",
            "unknown CA (it does not trust who signed our certificate)"
        ),
        (
            "leaf", "localhost",
            "the certificate of localhost leads to \"CN = between\", which is not in <ca.pem>; "
                + "or the server does not send the certificates between",
            "unknown CA (it does not trust who signed our certificate)"
        ),
        (
            "self", "localhost",
            "the certificate of localhost leads to \"CN = self\", which is not in <ca.pem>; "
                + "or the server does not send the certificates between",
            "unknown CA (it does not trust who signed our certificate)"
        ),
        (
            "purpose", "localhost", "the certificate of localhost is refused: unsuitable certificate purpose",
            "unsupported certificate (it does not like our certificate)"
        ),
    ])
    func `a wrong certificate is refused, and both sides say why`(
        certificate: String,
        host: String,
        client: String,
        server: String,
    ) throws {
        let faults = try faults(certificate, host: host)
        let path = try Certificates.path("ca.pem")
        #expect(faults.client?.description == client.replacing("<ca.pem>", with: path))
        #expect(faults.server?.description == "the other side refused: \(server)")
    }

    @Test func `the system's authorities do not know ours`() throws {
        let fault = try faults("rsa", host: "localhost", trust: .system).client
        #expect(fault?.description.contains("which is not in the system's authorities (/") == true)
    }

    private func faults(
        _ certificate: String,
        host: String,
        trust: TLSTrust? = nil
    ) throws -> (client: TLSFault?, server: TLSFault?) {
        let seen = Seen<(client: TLSFault?, server: TLSFault?)>()
        try onLoop { role in
            let context = try TLSContext.client(trust: trust ?? .file(Certificates.path("ca.pem")))
            let pair = try await SecurePair(
                role,
                client: TLSSession(context, host: host, port: 443),
                server: TLSSession(accepting: .testServer(certificate))
            )
            seen.note((pair.clientFault, pair.serverFault))
        }
        return try #require(seen.last)
    }
}
