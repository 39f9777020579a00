import Events
package import HTTP

/// A request that is answered before it reaches a handler, and after which the connection closes.
package struct Refusal: Error, Equatable, Sendable {
    package let status: Int
    /// A sentence the sender can act on.
    package let reason: String

    package init(status: Int, reason: String) {
        self.status = status
        self.reason = reason
    }

    package init(_ fault: HTTPFault) {
        self.init(status: fault.status, reason: fault.reason)
    }

    /// RFC 9110 §15.5.9.
    static let headTooSlow = Refusal(status: 408, reason: "the request head did not arrive in time")
    /// RFC 9110 §15.5.9.
    static let bodyTooSlow = Refusal(status: 408, reason: "the request body did not arrive in time")
}

/// Why a connection's loop ended.
enum ConnectionEnd: Error {
    case refused(Refusal)
    case broken(StreamError)
}

/// Why a body could not be read; the answer to it is the connection's last.
package enum BodyError: Error, Equatable, Sendable {
    case refused(Refusal)
    /// The client left in the middle.
    case disconnected
}
