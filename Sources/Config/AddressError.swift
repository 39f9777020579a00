/// Why a text is no address to listen on.
enum AddressError: Error {
    /// It is neither `IP:port` nor `[IPv6]:port` nor `unix:PATH`.
    case malformed
    /// The port is 0 or does not exist.
    case portOutOfRange
    /// The path is longer than a socket's may be.
    case pathTooLong

    /// What follows the text in a message.
    var message: String {
        switch self {
        case .malformed: "is not \"IP:port\", \"[IPv6]:port\" or \"unix:PATH\" (names are not resolved here)"
        case .portOutOfRange: "has a port out of range (1 to 65535)"
        case .pathTooLong: "has a path of more than 107 bytes"
        }
    }
}
