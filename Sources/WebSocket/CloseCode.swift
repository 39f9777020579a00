/// Why a connection is closed (RFC 6455 §7.4); only codes that may stand in a Close frame can be made.
package struct CloseCode: RawRepresentable, Equatable, Hashable, Sendable {
    /// The number on the wire.
    package let rawValue: UInt16

    /// The purpose of the connection is fulfilled (RFC 6455 §7.4.1).
    package static let normal = CloseCode(known: 1000)
    /// This end goes down, or the peer is thought gone (RFC 6455 §7.4.1).
    package static let goingAway = CloseCode(known: 1001)
    /// The peer broke the protocol (RFC 6455 §7.4.1).
    package static let protocolError = CloseCode(known: 1002)
    /// A kind of data that this end does not take, such as binary (RFC 6455 §7.4.1).
    package static let unsupportedData = CloseCode(known: 1003)
    /// Data that does not fit its kind, such as text that is not UTF-8 (RFC 6455 §7.4.1).
    package static let invalidPayload = CloseCode(known: 1007)
    /// A message against this end's policy, when no other code fits (RFC 6455 §7.4.1).
    package static let policy = CloseCode(known: 1008)
    /// A message over this end's limit (RFC 6455 §7.4.1).
    package static let tooBig = CloseCode(known: 1009)
    /// The client misses an extension (RFC 6455 §7.4.1).
    package static let missingExtension = CloseCode(known: 1010)
    /// The server cannot go on (RFC 6455 §7.4.1).
    package static let internalError = CloseCode(known: 1011)
    /// The service restarts; come back after a random delay (registered under RFC 6455 §11.7).
    package static let serviceRestart = CloseCode(known: 1012)
    /// The service is overloaded; come back later (registered under RFC 6455 §11.7).
    package static let tryAgainLater = CloseCode(known: 1013)
    /// What stands behind this server gave a wrong answer (registered under RFC 6455 §11.7).
    package static let badGateway = CloseCode(known: 1014)

    /// The code with this number, nil if it must not stand in a Close frame.
    ///
    /// - Source: RFC 6455 §7.4.1 (1004, 1005, 1006 and 1015 are never sent), §7.4.2 (under 1000 unused, to
    ///   2999 the protocol's, 3000–3999 registered, 4000–4999 private). 1012–1014 were registered later;
    ///   1016–2999 are not yet.
    package init?(rawValue: UInt16) {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: self.rawValue = rawValue
        default: return nil
        }
    }

    private init(known: UInt16) { rawValue = known }

    /// A private code of the application: 4000 and `number` (RFC 6455 §7.4.2).
    package static func application(_ number: UInt8) -> CloseCode { CloseCode(known: 4000 + UInt16(number)) }
}
