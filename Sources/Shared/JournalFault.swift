import Posix

/// Why there is no journal file.
package enum JournalFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The disk or the quota is used up.
    case full(String)
    /// The folder is not ours to write, or is mounted for reading.
    case notAllowed(String)
    case other(String)

    init(_ error: Errno) {
        if error.isDiskFull {
            self = .full(error.description)
        } else if error.isNotAllowed {
            self = .notAllowed(error.description)
        } else {
            self = .other(error.description)
        }
    }

    package var description: String {
        switch self {
        case .full(let reason), .notAllowed(let reason), .other(let reason): "journal: \(reason)"
        }
    }
}
