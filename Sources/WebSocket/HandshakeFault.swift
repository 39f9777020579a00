/// Why an opening handshake is refused or failed (RFC 6455 §4).
package enum HandshakeFault: Error, Equatable, Sendable {
    /// `Upgrade` does not name `websocket` (RFC 6455 §4.1, §4.2.1).
    case notWebSocket
    /// `Connection` does not name `Upgrade` (RFC 6455 §4.1, §4.2.1).
    case connectionNotUpgraded
    /// `Sec-WebSocket-Version` is not 13; the refusal has a field of that name with 13 (RFC 6455 §4.4).
    case versionNotSupported
    /// `Sec-WebSocket-Key` is not 16 bytes in base64 (RFC 6455 §4.2.1).
    case keyNotValid
    /// `Sec-WebSocket-Accept` is not the answer to our key (RFC 6455 §4.1).
    case acceptNotValid
    /// The server agrees to an extension or a subprotocol that we did not ask for (RFC 6455 §4.1).
    case notAskedFor

    /// What a client is answered (RFC 6455 §4.2.1, §4.4; RFC 9110 §15.5.22).
    ///
    /// A server is never told of its faults.
    package var status: Int {
        switch self {
        case .notWebSocket, .connectionNotUpgraded, .versionNotSupported: 426
        case .keyNotValid, .acceptNotValid, .notAskedFor: 400
        }
    }

    /// The sentence that the client is told or the log shows.
    package var reason: String {
        switch self {
        case .notWebSocket: "the Upgrade field does not name websocket (RFC 6455 4)"
        case .connectionNotUpgraded: "the Connection field does not name Upgrade (RFC 6455 4)"
        case .versionNotSupported: "the Sec-WebSocket-Version is not 13 (RFC 6455 4.2)"
        case .keyNotValid: "the Sec-WebSocket-Key is not 16 bytes in base64 (RFC 6455 4.2.1)"
        case .acceptNotValid: "the Sec-WebSocket-Accept does not answer our key (RFC 6455 4.1)"
        case .notAskedFor: "the server chose an extension or a subprotocol without being asked (RFC 6455 4.1)"
        }
    }
}
