package import HTTP

/// Why an upstream gave no answer, or none to its end.
package enum UpstreamFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// No address is known for the host.
    case unknownHost(String)
    /// No connection came about: the last address that was tried, and how it failed.
    case unreachable(String)
    /// There is no trust: it is not who it should be, or speaks no TLS that we do.
    case insecure(String)
    /// The proxy gives no connection.
    case proxyRefused(status: Int)
    /// No connection came about in time.
    case connectTimeout
    /// It took nothing of the request for so long.
    case sendTimeout
    /// The connection ended before the answer had begun.
    case noAnswer
    /// The connection ended inside the answer.
    case cut
    /// What it said is not HTTP.
    case malformed(HTTPFault)
    /// We ended it ourselves.
    case cancelled

    package var description: String {
        switch self {
        case .unknownHost(let host): "no address is known for '\(host)'"
        case .unreachable(let reason): reason
        case .insecure(let reason): reason
        case .proxyRefused(let status): "the proxy of https_proxy answered with status \(status)"
        case .connectTimeout: "no connection in time"
        case .sendTimeout: "it does not take the request"
        case .noAnswer: "it closed the connection without an answer"
        case .cut: "the connection ended before the answer was complete"
        case .malformed(let fault): fault.reason
        case .cancelled: "cancelled"
        }
    }
}
