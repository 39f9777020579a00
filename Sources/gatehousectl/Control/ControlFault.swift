import IPC
import Posix

/// Why the daemon did not carry out a command, or not to its end.
enum ControlFault: Error, Equatable, CustomStringConvertible {
    /// Nobody listens there, or there is no such socket.
    case noDaemon(path: String)
    /// The file system does not let us.
    case notAllowed(path: String)
    case pathTooLong(String)
    /// It listens and takes no connection.
    case stuck(path: String)
    case unreachable(path: String, reason: String)
    /// The daemon closed before it had said how the command ended.
    case cutShort
    /// A file that was named cannot be read.
    case unreadable(String)
    /// What came is none of the protocol.
    case broken(String)

    /// EACCES (errno(3)).
    private static let accessDenied: CInt = 13

    /// The fault behind a connection that failed.
    init(_ error: Errno, path: String) {
        if error.isMissing || error.isRefused {
            self = .noDaemon(path: path)
        } else if error.code == Self.accessDenied {
            self = .notAllowed(path: path)
        } else if error.wouldBlock {
            self = .stuck(path: path)
        } else {
            self = .unreachable(path: path, reason: error.description)
        }
    }

    var exit: CInt {
        switch self {
        case .noDaemon, .notAllowed, .pathTooLong, .stuck, .unreachable: CInt(ControlExit.refused.rawValue)
        case .cutShort, .broken, .unreadable: CInt(ControlExit.failure.rawValue)
        }
    }

    var description: String {
        switch self {
        case .noDaemon(let path):
            "no daemon listens on \(path); is gatehoused running? --socket names another"
        case .notAllowed(let path):
            "you may not use \(path); it is for root, the daemon's user and the group in [control]"
        case .pathTooLong(let path): "\(path): the path of a socket has at most \(Self.pathLimit) bytes"
        case .stuck(let path): "the daemon takes no connection on \(path); it hangs, or too many wait already"
        case .unreachable(let path, let reason): "\(path): \(reason)"
        case .cutShort: "the daemon closed the connection before the command had ended"
        case .unreadable(let reason): reason
        case .broken(let reason): "the daemon's answer makes no sense: \(reason)"
        }
    }

    /// The most bytes of a socket's path (unix(7)).
    static let pathLimit = 107
}
