import COpenSSL

/// What is wrong with a server's certificate, while OpenSSL still has it at hand.
enum CertificateVerdict {
    private static let room: CInt = 512

    /// The fault that `store` has come upon.
    static func fault(in store: OpaquePointer, host: String, trust: TLSTrust) -> TLSFault {
        let code = X509_STORE_CTX_get_error(store)
        let certificate = X509_STORE_CTX_get_current_cert(store)
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return .expired(host: host, end: text { gh_certificate_time(certificate, 1, $0, room) })
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return .notYetValid(host: host, start: text { gh_certificate_time(certificate, 0, $0, room) })
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            return .wrongHost(host: host, names: text { gh_certificate_names(certificate, $0, room) })
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            let issuer = text { gh_certificate_issuer(certificate, $0, room) }
            return .unknownIssuer(host: host, issuer: issuer, trust: trust)
        default:
            let reason = String(cString: X509_verify_cert_error_string(CLong(code)))
            return .refusedCertificate(host: host, reason: reason)
        }
    }

    private static func text(_ write: (UnsafeMutablePointer<CChar>) -> Void) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(room)) { buffer in
            guard let start = buffer.baseAddress else { return "" }
            write(start)
            return String(cString: start)
        }
    }
}
