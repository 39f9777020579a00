import COpenSSL

/// What a session waits for before it can go on; it may be the other than one would think: a read answers a change of
/// keys, a write waits for the rest of one.
package enum TLSNeed: Equatable, Sendable {
    /// Something to read from the socket.
    case input
    /// Room to write to the socket.
    case room

    /// Nil for what is no need.
    init?(_ error: CInt) {
        switch error {
        case SSL_ERROR_WANT_READ: self = .input
        case SSL_ERROR_WANT_WRITE: self = .room
        default: return nil
        }
    }
}

/// How far a read or a write came.
package struct TLSProgress {
    package internal(set) var count = 0
    /// What must come before the next call can do anything; nil: nothing that is known of.
    package internal(set) var need: TLSNeed?
}
