package import Posix

/// Why there is no TLS: what an operator has to change, or whom to ask.
package enum TLSFault: Error, Equatable, Sendable {
    // MARK: Files

    /// The file cannot be opened.
    case unreadable(path: String, Errno)
    /// A file of authorities has no PEM certificate.
    case noAuthority(path: String)
    /// A certificate file has no PEM certificate.
    case noCertificate(path: String)
    /// OpenSSL refuses the certificate, as for a key that is too short.
    case unusableCertificate(path: String, reason: String)
    /// A key file has no PEM private key.
    case noKey(path: String)
    /// The key is encrypted.
    case keyHasPassword(path: String)
    /// The key is another certificate's.
    case keyMismatch(key: String, certificate: String)

    // MARK: The server's certificate

    /// What is to be called is neither a name nor an address.
    case invalidHost(String)
    /// It, or an authority above it, was valid until `end`.
    case expired(host: String, end: String)
    /// It, or an authority above it, is valid from `start` on.
    case notYetValid(host: String, start: String)
    /// It is for other `names`.
    case wrongHost(host: String, names: String)
    /// Nobody we trust has signed it.
    case unknownIssuer(host: String, issuer: String, trust: TLSTrust)
    /// Something else is wrong with it, in OpenSSL's words.
    case refusedCertificate(host: String, reason: String)

    // MARK: The other side

    /// The two sides have no version in common.
    case noSharedVersion
    /// The two sides have no cipher, group or signature in common.
    case noSharedCipher
    /// The two sides have no ALPN protocol in common.
    case noSharedProtocol
    /// A client spoke HTTP without TLS.
    case plainHTTP
    /// The other side speaks something else.
    case notTLS
    /// The other side ended the handshake or the session with an alert (RFC 8446 §6).
    case refusedByPeer(alert: String)
    /// The other side broke the protocol, or somebody between changed bytes; in OpenSSL's words.
    case violated(reason: String)

    // MARK: The connection

    /// It ended without close_notify.
    case cut
    /// The handshake took longer than the stream's deadline.
    case timedOut
    /// We closed it ourselves during the handshake.
    case closed
    /// The kernel refused.
    case failed(Errno)
    /// OpenSSL could not go on, in its own words.
    case broken(reason: String)
}

extension TLSFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let path, let errno): "cannot read \(path): \(errno)"
        case .noAuthority(let path): "\(path) has no certificate of an authority in PEM form"
        case .noCertificate(let path): "\(path) has no certificate in PEM form"
        case .unusableCertificate(let path, let reason):
            "the certificate in \(path) cannot be used: \(reason)"
        case .noKey(let path): "\(path) has no private key in PEM form"
        case .keyHasPassword(let path): "the key in \(path) has a password; give one without"
        case .keyMismatch(let key, let certificate):
            "the key in \(key) is not that of the first certificate in \(certificate)"
        case .invalidHost(let host): "\"\(host)\" is neither a host name nor an address"
        case .expired(let host, let end):
            "the certificate of \(host), or one above it, expired on \(end); or our clock is wrong"
        case .notYetValid(let host, let start):
            "the certificate of \(host), or one above it, is valid from \(start) on; or our clock is wrong"
        case .wrongHost(let host, let names):
            "the certificate is not for \(host), but for \(names.isEmpty ? "no name at all" : names)"
        case .unknownIssuer(let host, let issuer, let trust):
            "the certificate of \(host) leads to \"\(issuer)\", which is not in \(trust)"
                + "; or the server does not send the certificates between"
        case .refusedCertificate(let host, let reason): "the certificate of \(host) is refused: \(reason)"
        case .noSharedVersion: "the two sides have no TLS version in common; none before 1.2 is spoken here"
        case .noSharedCipher: "the two sides have no cipher, group or signature algorithm in common"
        case .noSharedProtocol: "the two sides have no ALPN protocol in common"
        case .plainHTTP: "the client spoke http:// where https:// is spoken"
        case .notTLS: "the other side does not speak TLS; is the port one for plain connections?"
        case .refusedByPeer(let alert): "the other side refused: \(alert)\(Self.advice(on: alert))"
        case .violated(let reason): "the other side broke the protocol: \(reason)"
        case .cut: "the connection ended in the middle, without TLS's own end"
        case .timedOut: "the TLS handshake took too long"
        case .closed: "closed during the TLS handshake"
        case .failed(let errno): errno.description
        case .broken(let reason): "OpenSSL cannot go on: \(reason)"
        }
    }

    /// What the alerts about our own certificate mean for us.
    private static func advice(on alert: String) -> String {
        switch alert {
        case "unknown CA": " (it does not trust who signed our certificate)"
        case "bad certificate", "certificate unknown", "unsupported certificate":
            " (it does not like our certificate)"
        case "certificate expired": " (ours, it says)"
        default: ""
        }
    }
}
