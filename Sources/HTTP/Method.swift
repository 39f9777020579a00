/// A request method; case-sensitive, open to any token.
///
/// - Source: RFC 9110 §9, RFC 5789 (PATCH).
package enum Method: Hashable, Sendable {
    /// RFC 9110 §9.3.1.
    case get
    /// RFC 9110 §9.3.2.
    case head
    /// RFC 9110 §9.3.3.
    case post
    /// RFC 9110 §9.3.4.
    case put
    /// RFC 9110 §9.3.5.
    case delete
    /// RFC 5789 §2.
    case patch
    /// RFC 9110 §9.3.7.
    case options
    /// Another token, spelled as it was sent.
    case other(String)

    /// The method of that name; the seven known ones never become `other`.
    package init(_ name: String) {
        self =
            switch name {
            case "GET": .get
            case "HEAD": .head
            case "POST": .post
            case "PUT": .put
            case "DELETE": .delete
            case "PATCH": .patch
            case "OPTIONS": .options
            default: .other(name)
            }
    }

    /// The name as it stands in a request line.
    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .patch: "PATCH"
        case .options: "OPTIONS"
        case .other(let name): name
        }
    }
}
