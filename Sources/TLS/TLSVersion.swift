import COpenSSL

/// A version of the protocol that may be spoken; nothing older is (RFC 8996).
package enum TLSVersion: Int, Comparable, Sendable, CustomStringConvertible {
    case v1_2
    case v1_3

    /// The number on the wire.
    var number: CInt {
        switch self {
        case .v1_2: TLS1_2_VERSION
        case .v1_3: TLS1_3_VERSION
        }
    }

    package var description: String {
        switch self {
        case .v1_2: "TLS 1.2"
        case .v1_3: "TLS 1.3"
        }
    }

    package static func < (left: TLSVersion, right: TLSVersion) -> Bool { left.rawValue < right.rawValue }
}
