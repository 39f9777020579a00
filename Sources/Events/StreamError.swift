package import Posix
package import TLS

/// Why waiting for a descriptor, or reading or writing it, ended without success.
package enum StreamError: Error, Equatable, Sendable, CustomStringConvertible {
    /// We closed it ourselves, perhaps while somebody waited.
    case closed
    /// Its deadline passed.
    case timedOut
    /// The kernel refused.
    case failed(Errno)
    /// The other side's bytes ended without TLS's own end: what came may be a part only.
    case truncated
    /// TLS refused, or could not go on.
    case tls(TLSFault)

    /// What a fault of TLS is to whoever reads or writes.
    init(_ fault: TLSFault) {
        switch fault {
        case .cut: self = .truncated
        case .failed(let errno): self = .failed(errno)
        case .closed: self = .closed
        case .timedOut: self = .timedOut
        case .unreadable, .noAuthority, .noCertificate, .unusableCertificate, .noKey, .keyHasPassword,
            .keyMismatch, .invalidHost, .expired, .notYetValid, .wrongHost, .unknownIssuer,
            .refusedCertificate, .noSharedVersion, .noSharedCipher, .noSharedProtocol, .plainHTTP, .notTLS,
            .refusedByPeer, .violated, .broken:
            self = .tls(fault)
        }
    }

    package var description: String {
        switch self {
        case .closed: "closed"
        case .timedOut: "timed out"
        case .failed(let errno): errno.description
        case .truncated: TLSFault.cut.description
        case .tls(let fault): fault.description
        }
    }
}
