/// How the end of a response's body is told.
///
/// - Source: RFC 9112 §6.3.
package enum ResponseFraming: Equatable, Sendable {
    /// No body and no length: 1xx, 204, 304.
    case none
    /// The answer to HEAD: no body, but the length that GET would have; nil: GET would not know it either.
    case headOnly(length: Int?)
    /// A body of that many bytes.
    case length(Int)
    /// A body in chunks, its length not known yet.
    case chunked
    /// A body that ends with the connection: a stream for HTTP/1.0.
    case close

    /// The framing of the answer to a request.
    ///
    /// - Parameters:
    ///   - status: The status of the answer.
    ///   - length: The bytes of the body; nil: not known yet.
    ///   - method: The method of the request.
    ///   - minorVersion: That of the request; HTTP/1.0 knows no chunks.
    package init(status: Int, length: Int?, method: Method, minorVersion: Int) {
        if status < 200 || status == 204 || status == 304 {
            self = .none
        } else if method == .head {
            self = .headOnly(length: length)
        } else if let length {
            self = .length(length)
        } else {
            self = minorVersion > 0 ? .chunked : .close
        }
    }

    /// Whether bytes of a body are to be written.
    package var hasBody: Bool {
        switch self {
        case .none, .headOnly: false
        case .length(let length): length > 0
        case .chunked, .close: true
        }
    }
}
