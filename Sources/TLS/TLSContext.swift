import COpenSSL

/// What all sessions of one purpose share: whom a client trusts, or who a server is.
///
/// Made when the configuration is, since files are read; used on one thread.
package final class TLSContext {
    private static let keptSessions = 256

    let handle: OpaquePointer
    let trust: TLSTrust
    let kept = KeptSessions(limit: TLSContext.keptSessions)
    private var protocols: ApplicationProtocols?

    private init(
        _ method: OpaquePointer?,
        trust: TLSTrust,
        _ protocols: [String],
        _ versions: ClosedRange<TLSVersion>
    )
        throws(TLSFault)
    {
        ErrorQueue.clear()
        guard let handle = SSL_CTX_new(method) else { throw .broken(reason: ErrorQueue.takeReason()) }
        (self.handle, self.trust) = (handle, trust)
        self.protocols = ApplicationProtocols(protocols)
        gh_context_set_habits(handle)
        guard gh_context_set_versions(handle, versions.lowerBound.number, versions.upperBound.number) == 1
        else {
            throw .broken(reason: ErrorQueue.takeReason())
        }
    }

    deinit { SSL_CTX_free(handle) }

    /// For calling servers: their certificates are checked, and their sessions kept.
    ///
    /// `protocols`: offered in the handshake (ALPN), the best first.
    package static func client(
        trust: TLSTrust = .system,
        protocols: [String] = [],
        versions: ClosedRange<TLSVersion> = .v1_2 ... .v1_3,
    ) throws(TLSFault) -> TLSContext {
        let context = try TLSContext(TLS_client_method(), trust: trust, protocols, versions)
        try context.load(trust)
        context.offerProtocols()
        context.checkCertificates()
        context.keepSessions()
        return context
    }

    /// For being called: `certificate` is a PEM file with the server's certificate first and those above it behind, `key`
    /// one with its private key.
    ///
    /// `protocols`: what may be spoken (ALPN), the best first; a client that offers others only is refused, one that
    /// offers none is not.
    package static func server(
        certificate: String,
        key: String,
        protocols: [String] = [],
        versions: ClosedRange<TLSVersion> = .v1_2 ... .v1_3,
    ) throws(TLSFault) -> TLSContext {
        let context = try TLSContext(TLS_server_method(), trust: .system, protocols, versions)
        try ServerIdentity(certificate: certificate, key: key).load(into: context.handle)
        context.chooseProtocols()
        // Tickets carry sessions to the client: nothing is kept here, and none can be looked up.
        gh_context_set_session_cache(context.handle, SSL_SESS_CACHE_OFF)
        return context
    }

    private func load(_ trust: TLSTrust) throws(TLSFault) {
        switch trust {
        case .system:
            guard SSL_CTX_set_default_verify_paths(handle) == 1 else {
                throw .broken(reason: ErrorQueue.takeReason())
            }
        case .file(let path):
            try ServerIdentity.checkReadable(path)
            ErrorQueue.clear()
            guard SSL_CTX_load_verify_file(handle, path) == 1 else {
                ErrorQueue.clear()
                throw .noAuthority(path: path)
            }
        }
    }

    private func checkCertificates() {
        SSL_CTX_set_verify(handle, SSL_VERIFY_PEER) { isRight, store in
            if isRight == 1 { return 1 }
            if let store, let session = TLSSession.of(store) { session.noteCertificate(in: store) }
            return 0
        }
    }

    private func keepSessions() {
        let mode = SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
        gh_context_set_session_cache(handle, mode)
        SSL_CTX_sess_set_new_cb(handle) { ssl, session in
            guard let ssl, let session, let owner = TLSSession.of(ssl: ssl) else { return 0 }
            return owner.keep(session) ? 1 : 0
        }
    }

    private func offerProtocols() {
        guard let wire = protocols?.wire else { return }
        SSL_CTX_set_alpn_protos(handle, wire, CUnsignedInt(wire.count))
    }

    private func chooseProtocols() {
        guard protocols != nil else { return }
        let choose: SSL_CTX_alpn_select_cb_func = { _, chosen, length, offered, count, context in
            guard let context else { return SSL_TLSEXT_ERR_ALERT_FATAL }
            let own = Unmanaged<TLSContext>.fromOpaque(context).takeUnretainedValue()
            let list = UnsafeBufferPointer(start: offered, count: Int(count))
            guard let range = own.protocols?.choose(from: list) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
            chosen?.pointee = offered.map { $0 + range.lowerBound }
            length?.pointee = UInt8(range.count)
            return SSL_TLSEXT_ERR_OK
        }
        SSL_CTX_set_alpn_select_cb(handle, choose, Unmanaged.passUnretained(self).toOpaque())
    }
}
