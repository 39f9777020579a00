/// The head of a response that an upstream sent.
///
/// - Source: RFC 9112 §4.
package struct ReceivedResponse: Sendable {
    /// The status, 100 to 999.
    package let status: Int
    /// The minor version: 0 for HTTP/1.0, 1 for HTTP/1.1 and everything above.
    package let minorVersion: Int
    /// The fields.
    package let fields: Fields
    /// The value of Content-Length; nil: there is none.
    ///
    /// In an answer to HEAD no body of that length follows.
    package let contentLength: Int?
    /// Whether the body comes in chunks (RFC 9112 §7.1).
    package let isChunked: Bool
    /// Whether the connection can take another request when the body has ended (RFC 9112 §9.3).
    package let keepsAlive: Bool
    /// Whether this is only an interim response, another head following (RFC 9110 §15.2); 101 is none.
    package var isInterim: Bool { status < 200 && status != 101 }

    /// The media type of the body; nil: Content-Type is missing or malformed.
    package var contentType: MediaType? {
        fields["content-type"].flatMap { MediaType($0) }
    }
}
