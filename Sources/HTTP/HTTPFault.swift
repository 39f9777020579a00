/// Why a message was refused: one case per condition, the raw value being the sentence for a developer.
package enum HTTPFault: String, Error, Equatable, Sendable, CaseIterable {
    /// RFC 9112 §2.2: a CR that no LF follows.
    case bareCR = "A CR in the head is not followed by LF; end every line with CR LF."
    /// RFC 9112 §2.2: a LF that no CR precedes.
    case bareLF = "A line of the head ends with LF alone; end every line with CR LF."
    /// RFC 9110 §5.5: NUL or another control character in the head.
    case controlCharacter = "The head contains a control character; remove it or encode it."
    /// RFC 9112 §2.2: more empty lines before the request line than a broken client sends.
    case tooManyEmptyLines = "Too many empty lines stand before the request line; send none."
    /// RFC 8446 §4: the first byte is that of a TLS record.
    case tlsOnPlainPort = "This port speaks plain HTTP, not TLS; use http:// instead of https://."

    /// RFC 9112 §3: a request line without version, as in HTTP/0.9.
    case simpleRequest = "The request line has no HTTP version; send 'METHOD target HTTP/1.1'."
    /// RFC 9110 §9.1: the method is empty or not a token.
    case invalidMethod = "The request does not begin with a method; send 'METHOD target HTTP/1.1'."
    /// RFC 9112 §2.3: the version is not 'HTTP/' digit '.' digit.
    case malformedVersion = "The HTTP version is malformed; the request line must end with ' HTTP/1.1'."
    /// RFC 9110 §2.5: a major version other than 1.
    case unsupportedVersion = "This HTTP version is not supported; use HTTP/1.1."
    /// RFC 9113 §3.4: the preface of HTTP/2 without negotiation.
    case http2PriorKnowledge = "HTTP/2 is not supported; turn off prior knowledge and use HTTP/1.1."
    /// RFC 9110 §9.3.6: CONNECT, which only proxies serve.
    case connectUnsupported = "CONNECT is not supported; this server is not a proxy."
    /// RFC 9112 §3: the target is longer than the limit.
    case targetTooLong = "The request target is too long; send data in the body instead of the URL."
    /// RFC 9112 §3.2: the target is empty or in none of the four forms.
    case invalidTarget = "The request target must begin with '/' or be an absolute http URL."
    /// RFC 9112 §3.2.4: '*' with a method other than OPTIONS.
    case asteriskWithoutOptions = "The target '*' is only allowed with OPTIONS."
    /// RFC 9112 §3.2: white space inside the target.
    case whitespaceInTarget = "The request target contains white space; percent-encode a space as %20."
    /// RFC 3986 §3.5: a fragment, which clients keep for themselves.
    case fragmentInTarget =
        "The request target contains '#'; leave the fragment out or percent-encode it as %23."
    /// RFC 3986 §2: a byte above 0x7F.
    case nonASCIITarget = "The request target contains a byte that is not ASCII; percent-encode it."
    /// RFC 3986 §3.3, §3.4: a character that must be percent-encoded.
    case invalidTargetCharacter = "The request target contains a character that must be percent-encoded."
    /// RFC 3986 §2.1: '%' without two hexadecimal digits.
    case invalidPercentEncoding =
        "A '%' in the target has no two hexadecimal digits behind it; write '%' as %25."
    /// RFC 3986 §7.3: an encoded NUL.
    case nulInTarget = "The request target contains %00; NUL is not allowed."
    /// RFC 3629 §3: the decoded target is not UTF-8.
    case targetNotUTF8 = "The percent-decoded request target is not UTF-8."
    /// RFC 3986 §3.3: a path segment '.' or '..', plain or encoded, which clients resolve themselves.
    case dotSegment = "The path contains a '.' or '..' segment; send the resolved path."
    /// RFC 9110 §4.2.4: user information in an absolute target.
    case userInfoInTarget = "The target contains user information; use the Authorization field."
    /// RFC 9112 §3.2.2: the authority of an absolute target is not that of Host.
    case hostMismatch = "The host of the target is not that of the Host field; make them the same."

    /// RFC 9112 §5.2: a field line that begins with white space.
    case foldedField = "A line of the head begins with white space; put every field on one line."
    /// RFC 9112 §5.1: white space between field name and colon.
    case whitespaceBeforeColon = "White space stands between a field name and its colon; remove it."
    /// RFC 9110 §5.1: a colon without name.
    case emptyFieldName = "A field has no name; every field line is 'Name: value'."
    /// RFC 9112 §5: a field line without colon.
    case missingColon = "A field line has no colon; every field line is 'Name: value'."
    /// RFC 9110 §5.6.2: a field name with characters that no token has.
    case invalidFieldName = "A field name contains a character that is not allowed in names."
    /// RFC 6585 §5: the head is larger than the limit.
    case headTooLarge = "The fields of the request are too large; send fewer or shorter ones."
    /// RFC 6585 §5: the head has more fields than the limit.
    case tooManyFields = "The request has too many fields; send fewer."
    /// RFC 9112 §3.2: a request of HTTP/1.1 without Host.
    case missingHost = "The Host field is missing; HTTP/1.1 requires it."
    /// RFC 9112 §3.2: more than one Host.
    case repeatedHost = "The Host field stands more than once; send it once."
    /// RFC 9110 §7.2: Host is not a host with an optional port.
    case invalidHost = "The host is not valid; it must be a name or address with an optional port."

    /// RFC 9110 §8.6: Content-Length is not a decimal number.
    case invalidContentLength = "Content-Length is not a decimal number; send digits only."
    /// RFC 9110 §8.6: Content-Length is greater than any number of bytes can be.
    case contentLengthOverflow = "Content-Length is out of range."
    /// RFC 9112 §6.3: more than one Content-Length, as lines or as a list, even if they agree.
    case repeatedContentLength = "Content-Length is given more than once; send it once."
    /// RFC 9112 §6.1: Content-Length beside Transfer-Encoding.
    case contentLengthWithTransferEncoding =
        "Content-Length and Transfer-Encoding are both given; send one of them."
    /// RFC 9112 §6.1: a transfer coding other than exactly 'chunked'.
    case unsupportedTransferEncoding = "This Transfer-Encoding is not supported; only 'chunked' is."
    /// RFC 9112 §6.1: a transfer coding in HTTP/1.0, which has none.
    case transferEncodingInHTTP10 = "HTTP/1.0 has no Transfer-Encoding; use HTTP/1.1 or Content-Length."
    /// RFC 9110 §10.1.1: an expectation other than '100-continue'.
    case unsupportedExpectation = "This Expect field is not supported; only '100-continue' is."
    /// RFC 9110 §15.5.14: the body is, or is announced to be, larger than the limit.
    case bodyTooLarge = "The request body is too large."

    /// RFC 9112 §7.1: a chunk size that is empty or contains something else than hexadecimal digits.
    case invalidChunkSize = "A chunk size is not a hexadecimal number; send digits without sign or prefix."
    /// RFC 9112 §7.1: a chunk size of more than 16 digits, or beyond what can be counted.
    case chunkSizeOverflow = "A chunk size is out of range."
    /// RFC 9112 §7.1.1: an extension that is not ';' name or ';' name '=' value.
    case invalidChunkExtension = "A chunk extension is malformed; leave chunk extensions out."
    /// RFC 9112 §7.1.1: longer extensions than anybody needs.
    case chunkExtensionTooLong = "A chunk extension is too long; leave chunk extensions out."
    /// RFC 9112 §7.1: no CR LF behind the bytes of a chunk.
    case missingChunkEnd = "A chunk is not followed by CR LF; its size must be the number of its bytes."
    /// RFC 9112 §7.1.2: more trailer fields than are read.
    case trailersTooLarge = "The trailer fields are too large; send them in the head or leave them out."

    /// RFC 9112 §4: a response that does not begin with version and three digits.
    case invalidStatusLine = "The response does not begin with an HTTP/1 status line."
    /// RFC 9112 §8: the connection closed before the response was complete.
    case incompleteResponse = "The connection closed before the response was complete."
    /// RFC 9110 §5.5: a field value of ours with CR, LF or another control character.
    case invalidFieldValue = "A field value contains a control character."
    /// RFC 9112 §6: a field of ours that the framing decides.
    case framingField = "Connection, Content-Length and Transfer-Encoding follow from the framing."

    /// The sentence for a developer.
    package var reason: String { rawValue }

    /// The status of the answer, if it is a request that was refused (RFC 9110 §15.5, §15.6).
    package var status: Int {
        switch self {
        case .dotSegment: 403
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .unsupportedExpectation: 417
        case .headTooLarge, .tooManyFields, .trailersTooLarge: 431
        case .unsupportedTransferEncoding, .connectUnsupported: 501
        case .invalidStatusLine, .incompleteResponse: 502
        case .invalidFieldValue, .framingField: 500
        case .unsupportedVersion, .http2PriorKnowledge: 505
        case .bareCR, .bareLF, .controlCharacter, .tooManyEmptyLines, .tlsOnPlainPort, .simpleRequest,
            .invalidMethod, .malformedVersion, .invalidTarget, .asteriskWithoutOptions, .whitespaceInTarget,
            .fragmentInTarget, .nonASCIITarget, .invalidTargetCharacter, .invalidPercentEncoding,
            .nulInTarget, .targetNotUTF8, .userInfoInTarget, .hostMismatch, .foldedField,
            .whitespaceBeforeColon, .emptyFieldName, .missingColon, .invalidFieldName, .missingHost,
            .repeatedHost, .invalidHost, .invalidContentLength, .contentLengthOverflow,
            .repeatedContentLength, .contentLengthWithTransferEncoding, .transferEncodingInHTTP10,
            .invalidChunkSize, .chunkSizeOverflow, .invalidChunkExtension, .chunkExtensionTooLong,
            .missingChunkEnd:
            400
        }
    }
}
