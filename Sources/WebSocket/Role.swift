/// Which end of the connection we are; it decides who masks (RFC 6455 §5.1).
package enum Role: Equatable, Sendable {
    /// Reads masked frames, writes unmasked ones.
    case server
    /// Reads unmasked frames, writes masked ones.
    case client
}
