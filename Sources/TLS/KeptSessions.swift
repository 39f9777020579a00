import COpenSSL

/// The newest session with each server, to be taken up again: it saves the certificates and most of the arithmetic.
final class KeptSessions {
    struct Server: Hashable {
        let name: PeerName
        let port: UInt16
    }

    /// One reference to an `SSL_SESSION`.
    private final class Kept {
        let session: OpaquePointer
        var age: UInt64

        init(owning session: OpaquePointer, age: UInt64) { (self.session, self.age) = (session, age) }
        deinit { SSL_SESSION_free(session) }
    }

    private let limit: Int
    private var sessions: [Server: Kept] = [:]
    private var uses: UInt64 = 0

    init(limit: Int) { self.limit = limit }

    var count: Int { sessions.count }

    /// Takes over one reference; beyond the limit what was used longest ago is forgotten.
    func keep(_ session: OpaquePointer, for server: Server) {
        uses += 1
        sessions[server] = Kept(owning: session, age: uses)
        guard sessions.count > limit, let oldest = sessions.min(by: { $0.value.age < $1.value.age }) else {
            return
        }
        sessions[oldest.key] = nil
    }

    /// Lets `session` offer what is kept for the server.
    func offer(_ server: Server, in session: OpaquePointer) {
        guard let kept = sessions[server] else { return }
        uses += 1
        kept.age = uses
        _ = SSL_set_session(session, kept.session)
    }

    /// It led to nothing: begin anew next time.
    func forget(_ server: Server) { sessions[server] = nil }
}
