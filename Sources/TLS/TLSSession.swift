import COpenSSL
import Posix

/// One TLS connection over a socket that does not block: the handshake, then bytes both ways, then the end.
///
/// It waits for nothing and closes no socket: what cannot go on says what it needs (`TLSNeed`) and is called again. A
/// write that could not go on is repeated from where it came to, with the same bytes, at whatever address.
package final class TLSSession {
    private let context: TLSContext
    let ssl: OpaquePointer
    private let server: KeptSessions.Server?
    private var wire: TLSWire?
    /// Bytes of the present write that are in a record of which a part has not gone out.
    private var unsent = 0
    /// The last write did not come to its end.
    private var isWriting = false
    private var certificateFault: TLSFault?
    /// Why it ended; nothing goes in or out then.
    private var fault: TLSFault?
    private var isEstablished = false
    /// We have said that nothing more comes from us.
    private var hasFinished = false

    /// Whether the last step of the handshake came further, which takes arithmetic, or only waited for bytes.
    package private(set) var hasAdvanced = false

    /// A session with the server at `host`, a name or an address that its certificate must be for.
    package convenience init(_ context: TLSContext, host: String, port: UInt16) throws(TLSFault) {
        let name = try PeerName(host)
        try self.init(context, server: .init(name: name, port: port))
        SSL_set_connect_state(ssl)
        guard name.require(of: ssl) else { throw .invalidHost(host) }
    }

    /// A session with a client that has connected.
    package convenience init(accepting context: TLSContext) throws(TLSFault) {
        try self.init(context, server: nil)
        SSL_set_accept_state(ssl)
    }

    private init(_ context: TLSContext, server: KeptSessions.Server?) throws(TLSFault) {
        ErrorQueue.clear()
        guard let ssl = SSL_new(context.handle) else { throw .broken(reason: ErrorQueue.takeReason()) }
        (self.context, self.ssl, self.server) = (context, ssl, server)
        SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit { SSL_free(ssl) }

    /// The socket it speaks over, which must stay open as long as the session is used.
    package func attach(to socket: CInt) throws(TLSFault) {
        precondition(wire == nil, "a session is for one socket")
        let wire = TLSWire(socket)
        guard let bio = wire.makeBIO() else { throw .broken(reason: ErrorQueue.takeReason()) }
        SSL_set_bio(ssl, bio, bio)
        self.wire = wire
        if let server { context.kept.offer(server, in: ssl) }
    }

    /// Bytes that came in over the socket; more after a call that has read.
    package var received: Int { wire?.received ?? 0 }
    /// Bytes that went out over the socket.
    package var sent: Int { wire?.sent ?? 0 }

    /// Whether the certificates and keys of an earlier session were taken up again.
    package var isResumed: Bool { SSL_session_reused(ssl) == 1 }
    /// What is spoken, for logs: "TLSv1.3".
    package var version: String { String(cString: SSL_get_version(ssl)) }

    /// What both sides agreed to speak above TLS (ALPN); nil: nothing was agreed.
    package var applicationProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var count: CUnsignedInt = 0
        SSL_get0_alpn_selected(ssl, &name, &count)
        guard let name, count > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    // MARK: Going on

    /// Goes on with the handshake; nil: it is done.
    package func handshake() throws(TLSFault) -> TLSNeed? {
        hasAdvanced = false
        guard try hasRoom() else { return .room }
        if isEstablished { return nil }
        let before = SSL_get_state(ssl)
        ErrorQueue.clear()
        let result = SSL_do_handshake(ssl)
        hasAdvanced = result == 1 || SSL_get_state(ssl) != before
        if result == 1 {
            isEstablished = true
            return wire?.hasUnsent == true ? .room : nil
        }
        let error = SSL_get_error(ssl, result)
        if let need = TLSNeed(error) { return wire?.hasUnsent == true ? .room : need }
        if let server { context.kept.forget(server) }
        throw fail(error == SSL_ERROR_ZERO_RETURN ? .cut : certificateFault ?? reason(error))
    }

    /// Reads what there is: nothing needed and no bytes mean the other side's proper end.
    package func read(into room: UnsafeMutableRawBufferPointer) throws(TLSFault) -> TLSProgress {
        if let fault { throw fault }
        // The answer to a change of keys may still be here; nobody waits for it, so neither do we.
        _ = wire?.flush()
        var progress = TLSProgress()
        repeat {
            var count = 0
            ErrorQueue.clear()
            let rest = UnsafeMutableRawBufferPointer(rebasing: room[progress.count...])
            let result = SSL_read_ex(ssl, rest.baseAddress, rest.count, &count)
            progress.count += count
            if result == 1 { continue }
            let error = SSL_get_error(ssl, result)
            progress.need = TLSNeed(error)
            if progress.need != nil || error == SSL_ERROR_ZERO_RETURN { return progress }
            // What came before is still good; who reads on is told.
            let fault = fail(reason(error))
            if progress.count == 0 { throw fault }
            return progress
        } while progress.count < room.count && SSL_has_pending(ssl) == 1
        return progress
    }

    /// Writes what fits.
    ///
    /// What is in a record counts when the kernel has all of it.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(TLSFault) -> TLSProgress {
        if let fault { throw fault }
        isWriting = true
        guard try hasRoom() else { return TLSProgress(need: .room) }
        var progress = TLSProgress(count: min(unsent, bytes.count))
        unsent = 0
        while progress.count < bytes.count {
            var count = 0
            ErrorQueue.clear()
            let rest = UnsafeRawBufferPointer(rebasing: bytes[progress.count...])
            let result = SSL_write_ex(ssl, rest.baseAddress, rest.count, &count)
            let hasUnsent = wire?.hasUnsent == true
            if result != 1 {
                let error = SSL_get_error(ssl, result)
                guard let need = TLSNeed(error) else { throw fail(reason(error)) }
                progress.need = hasUnsent ? .room : need
                return progress
            }
            if hasUnsent {
                unsent = count
                progress.need = .room
                return progress
            }
            progress.count += count
        }
        isWriting = false
        return progress
    }

    /// Tells the other side that nothing more comes (close_notify): once, only if there is somebody to tell, and not
    /// after a write that came to no end, since what was cut must not look whole.
    ///
    /// - Returns: whether that is done; false: there is no room for it, call again.
    package func finish() -> Bool {
        guard isEstablished, fault == nil, !isWriting, let wire else { return true }
        if !hasFinished, wire.flush() {
            hasFinished = true
            ErrorQueue.clear()
            SSL_shutdown(ssl)
            ErrorQueue.clear()
        }
        return hasFinished && wire.flush() || wire.failure != nil
    }

    /// Whether nothing waits to be sent.
    private func hasRoom() throws(TLSFault) -> Bool {
        guard let wire else { return false }
        let isFree = wire.flush()
        if let failure = wire.failure { throw fail(.failed(failure)) }
        return isFree
    }

    private func fail(_ reason: TLSFault) -> TLSFault {
        fault = reason
        return reason
    }

    private func reason(_ error: CInt) -> TLSFault {
        switch error {
        case SSL_ERROR_SYSCALL: wire?.failure.map { .failed($0) } ?? .cut
        default: ErrorQueue.takeFault()
        }
    }

    // MARK: What OpenSSL calls

    static func of(ssl: OpaquePointer) -> TLSSession? {
        SSL_get_ex_data(ssl, 0).map { Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue() }
    }

    static func of(_ store: OpaquePointer) -> TLSSession? {
        let place = SSL_get_ex_data_X509_STORE_CTX_idx()
        return X509_STORE_CTX_get_ex_data(store, place).flatMap { of(ssl: OpaquePointer($0)) }
    }

    func noteCertificate(in store: OpaquePointer) {
        guard let server else { return }
        certificateFault = CertificateVerdict.fault(in: store, host: server.name.text, trust: context.trust)
    }

    /// Takes over one reference to `session`, or says that it does not.
    func keep(_ session: OpaquePointer) -> Bool {
        guard let server else { return false }
        context.kept.keep(session, for: server)
        return true
    }
}
