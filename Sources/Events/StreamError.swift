package import Posix

/// Why waiting for a descriptor, or reading or writing it, ended without success.
package enum StreamError: Error, Equatable, Sendable, CustomStringConvertible {
    /// We closed it ourselves, perhaps while somebody waited.
    case closed
    /// Its deadline passed.
    case timedOut
    /// The kernel refused.
    case failed(Errno)

    package var description: String {
        switch self {
        case .closed: "closed"
        case .timedOut: "timed out"
        case .failed(let errno): errno.description
        }
    }
}
