import COpenSSL

/// What OpenSSL says of the last call that failed: a queue of the thread, the cause first.
enum ErrorQueue {
    /// Made empty before every call whose result is looked at: what is left of another session would be taken for
    /// this one's.
    @inline(__always)
    static func clear() { ERR_clear_error() }

    /// Everything, the cause first; nothing is left.
    static func takeCodes() -> [CUnsignedLong] {
        var codes: [CUnsignedLong] = []
        while case let code = ERR_get_error(), code != 0 { codes.append(code) }
        return codes
    }

    /// The cause in OpenSSL's words.
    static func takeReason() -> String { reason(takeCodes().first ?? 0) }

    /// Why a session ended: TLS's own reason, if it has one, rather than what some cipher said before.
    static func takeFault() -> TLSFault {
        let codes = takeCodes()
        guard let code = codes.first(where: { ERR_GET_LIB($0) == ERR_LIB_SSL }) else {
            return .broken(reason: reason(codes.first ?? 0))
        }
        switch ERR_GET_REASON(code) {
        case SSL_R_UNEXPECTED_EOF_WHILE_READING: return .cut
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST: return .plainHTTP
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
            return .notTLS
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_VERSION_TOO_HIGH,
            SSL_R_WRONG_SSL_VERSION,
            SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            return .noSharedVersion
        case SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SHARED_GROUPS, SSL_R_NO_SUITABLE_KEY_SHARE,
            SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
            return .noSharedCipher
        case SSL_R_NO_APPLICATION_PROTOCOL, SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
            return .noSharedProtocol
        case CInt(ERR_R_MALLOC_FAILURE), CInt(ERR_R_INTERNAL_ERROR): return .broken(reason: reason(code))
        case let alert where alert > SSL_AD_REASON_OFFSET && alert < SSL_AD_REASON_OFFSET + 256:
            return .refusedByPeer(
                alert: String(cString: SSL_alert_desc_string_long(alert - SSL_AD_REASON_OFFSET))
            )
        default: return .violated(reason: reason(code))
        }
    }

    static func reason(_ code: CUnsignedLong) -> String {
        ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(String(code, radix: 16))"
    }
}
