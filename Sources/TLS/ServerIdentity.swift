import COpenSSL
import Posix

/// Two PEM files: a server's certificate with those above it, and its key.
struct ServerIdentity {
    let certificate: String
    let key: String

    func load(into context: OpaquePointer) throws(TLSFault) {
        try Self.checkReadable(certificate)
        try Self.checkReadable(key)
        try loadCertificate(into: context)
        try loadKey(into: context)
    }

    static func checkReadable(_ path: String) throws(TLSFault) {
        do throws(Errno) { _ = try FileSystem.read(path) } catch { throw .unreadable(path: path, error) }
    }

    private func loadCertificate(into context: OpaquePointer) throws(TLSFault) {
        ErrorQueue.clear()
        if SSL_CTX_use_certificate_chain_file(context, certificate) == 1 { return }
        let codes = ErrorQueue.takeCodes()
        if codes.contains(where: {
            ERR_GET_LIB($0) == ERR_LIB_PEM && ERR_GET_REASON($0) == PEM_R_NO_START_LINE
        }) {
            throw .noCertificate(path: certificate)
        }
        throw .unusableCertificate(path: certificate, reason: ErrorQueue.reason(codes.first ?? 0))
    }

    private func loadKey(into context: OpaquePointer) throws(TLSFault) {
        var isLocked = false
        // Without this OpenSSL would ask whoever sits at the terminal.
        SSL_CTX_set_default_passwd_cb(context) { _, _, _, asked in
            asked?.assumingMemoryBound(to: Bool.self).pointee = true
            return -1
        }
        ErrorQueue.clear()
        let isLoaded = withUnsafeMutablePointer(to: &isLocked) { asked in
            SSL_CTX_set_default_passwd_cb_userdata(context, asked)
            defer { SSL_CTX_set_default_passwd_cb_userdata(context, nil) }
            return SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1
        }
        if isLoaded, SSL_CTX_check_private_key(context) == 1 { return }
        let codes = ErrorQueue.takeCodes()
        if isLocked { throw .keyHasPassword(path: key) }
        let isOther = isLoaded || codes.contains { ERR_GET_LIB($0) == ERR_LIB_X509 }
        throw isOther ? .keyMismatch(key: key, certificate: certificate) : .noKey(path: key)
    }
}
