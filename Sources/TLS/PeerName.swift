import COpenSSL

/// What a server's certificate must be for: a name, or an address.
struct PeerName: Hashable {
    let text: String
    let isAddress: Bool

    /// - Throws: `.invalidHost` for what OpenSSL would take for "any": an empty name, or one that begins with a dot.
    init(_ host: String) throws(TLSFault) {
        let name = host.hasSuffix(".") ? String(host.dropLast()) : host
        let isPlain = name.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isPlain, !name.isEmpty, name.utf8.count <= 253, !name.hasPrefix("."), !name.contains("*") else {
            throw .invalidHost(host)
        }
        let address = a2i_IPADDRESS(name)
        ASN1_OCTET_STRING_free(address)
        (text, isAddress) = (name.lowercased(), address != nil)
    }

    /// Lets `session` demand it of the certificate; names are also sent (RFC 6066 §3 has no addresses).
    func require(of session: OpaquePointer) -> Bool {
        if isAddress { return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), text) == 1 }
        SSL_set_hostflags(session, CUnsignedInt(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        return SSL_set1_host(session, text) == 1 && gh_session_set_server_name(session, text) == 1
    }
}
