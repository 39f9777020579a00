import HTTP

extension MalformedRequest {
    static let framing: [MalformedRequest] = [
        .init(line: "Content-Length: 5\r\nContent-Length: 6", "9112 §6.3", 400, .repeatedContentLength),
        .init(line: "Content-Length: 5\r\nContent-Length: 5", "9112 §6.3", 400, .repeatedContentLength),
        .init(line: "Content-Length: 5, 5", "9110 §8.6", 400, .repeatedContentLength),
        .init(line: "Content-Length: 5,", "9110 §8.6", 400, .repeatedContentLength),
        .init(line: "Content-Length:", "9110 §8.6", 400, .invalidContentLength),
        .init(line: "Content-Length: +5", "9110 §8.6", 400, .invalidContentLength),
        .init(line: "Content-Length: -5", "9110 §8.6", 400, .invalidContentLength),
        .init(line: "Content-Length: 0x5", "9110 §8.6", 400, .invalidContentLength),
        .init(line: "Content-Length: 5 5", "9110 §8.6", 400, .invalidContentLength),
        .init(line: "Content-Length: 5.0", "9110 §8.6", 400, .invalidContentLength),
        .init(line: "Content-Length: \"5\"", "9110 §8.6", 400, .invalidContentLength),
        .init(line: "Content-Length: ٥", "9110 §8.6", 400, .invalidContentLength),
        .init(line: "Content-Length: 9223372036854775808", "9110 §8.6", 400, .contentLengthOverflow),
        .init(line: "Content-Length: 18446744073709551621", "9110 §8.6", 400, .contentLengthOverflow),
        .init(line: "Content-Length: 99999999999999999999999999", "9110 §8.6", 400, .contentLengthOverflow),
        .init(line: "Content-Length: 10485761", "9110 §15.5.14", 413, .bodyTooLarge),
        .init(line: "Content-Length: 9223372036854775807", "9110 §15.5.14", 413, .bodyTooLarge),
        .init(
            line: "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "9112 §6.1",
            400,
            .contentLengthWithTransferEncoding
        ),
        .init(
            line: "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "9112 §6.1",
            400,
            .contentLengthWithTransferEncoding
        ),
        .init(
            line: "transfer-encoding: x\r\nContent-Length: 0",
            "9112 §6.1",
            400,
            .contentLengthWithTransferEncoding
        ),
        .init(line: "Transfer-Encoding: gzip", "9112 §6.1", 501, .unsupportedTransferEncoding),
        .init(line: "Transfer-Encoding: gzip, chunked", "9112 §6.1", 501, .unsupportedTransferEncoding),
        .init(line: "Transfer-Encoding: chunked, gzip", "9112 §6.1", 501, .unsupportedTransferEncoding),
        .init(line: "Transfer-Encoding: chunked, chunked", "9112 §6.1", 501, .unsupportedTransferEncoding),
        .init(line: "Transfer-Encoding: identity", "9112 §6.1", 501, .unsupportedTransferEncoding),
        .init(line: "Transfer-Encoding: xchunked", "9112 §6.1", 501, .unsupportedTransferEncoding),
        .init(line: "Transfer-Encoding: \"chunked\"", "9112 §6.1", 501, .unsupportedTransferEncoding),
        .init(line: "Transfer-Encoding: chunked;a=b", "9112 §6.1", 501, .unsupportedTransferEncoding),
        .init(line: "Transfer-Encoding:", "9112 §6.1", 501, .unsupportedTransferEncoding),
        .init(
            line: "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "9112 §6.1",
            501,
            .unsupportedTransferEncoding
        ),
        .init(
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            "9112 §6.1",
            400,
            .transferEncodingInHTTP10
        ),
    ]

    static let chunks: [MalformedRequest] = [
        .init(chunks: "\r\n", "9112 §7.1", 400, .invalidChunkSize),
        .init(chunks: ";a\r\n", "9112 §7.1", 400, .invalidChunkSize),
        .init(chunks: " 5\r\n", "9112 §7.1", 400, .invalidChunkSize),
        .init(chunks: "+5\r\n", "9112 §7.1", 400, .invalidChunkSize),
        .init(chunks: "-5\r\n", "9112 §7.1", 400, .invalidChunkSize),
        .init(chunks: "0x5\r\n", "9112 §7.1", 400, .invalidChunkSize),
        .init(chunks: "5g\r\n", "9112 §7.1", 400, .invalidChunkSize),
        .init(chunks: "5_\r\n", "9112 §7.1", 400, .invalidChunkSize),
        .init(chunks: "hello", "9112 §7.1", 400, .invalidChunkSize),
        .init(chunks: "00000000000000005\r\n", "9112 §7.1", 400, .chunkSizeOverflow),
        .init(chunks: "10000000000000000\r\n", "9112 §7.1", 400, .chunkSizeOverflow),
        .init(chunks: "FFFFFFFFFFFFFFFF\r\n", "9112 §7.1", 400, .chunkSizeOverflow),
        .init(chunks: "8000000000000000\r\n", "9112 §7.1", 400, .chunkSizeOverflow),
        .init(chunks: "A00001\r\n", "9110 §15.5.14", 413, .bodyTooLarge),
        .init(chunks: "7FFFFFFFFFFFFFFF\r\n", "9110 §15.5.14", 413, .bodyTooLarge),
        .init(chunks: "1\r\na\r\nA00000\r\n", "9110 §15.5.14", 413, .bodyTooLarge),
        .init(chunks: "1\na\r\n", "9112 §2.2", 400, .bareLF),
        .init(chunks: "1\ra\r\n", "9112 §2.2", 400, .bareCR),
        .init(chunks: "1 \r\na\r\n", "9112 §7.1.1", 400, .invalidChunkExtension),
        .init(chunks: "1;\r\na\r\n", "9112 §7.1.1", 400, .invalidChunkExtension),
        .init(chunks: "1;a=\r\na\r\n", "9112 §7.1.1", 400, .invalidChunkExtension),
        .init(chunks: "1;a=\"b\r\na\r\n", "9112 §7.1.1", 400, .invalidChunkExtension),
        .init(chunks: "1;a=\"b\\\r\na\r\n", "9112 §7.1.1", 400, .invalidChunkExtension),
        .init(chunks: "1;a=\"b\"c\r\na\r\n", "9112 §7.1.1", 400, .invalidChunkExtension),
        .init(chunks: "1;a b\r\na\r\n", "9112 §7.1.1", 400, .invalidChunkExtension),
        .init(chunks: "1;a=b;\r\na\r\n", "9112 §7.1.1", 400, .invalidChunkExtension),
        .init(chunks: "1 a\r\na\r\n", "9112 §7.1.1", 400, .invalidChunkExtension),
        .init(chunks: "1;a=b \r\na\r\n", "9112 §7.1.1", 400, .invalidChunkExtension),
        .init(chunks: "1;a\0\r\na\r\n", "9112 §7.1.1", 400, .invalidChunkExtension),
        .init(chunks: "1;a=b\nc\r\n", "9112 §7.1.1", 400, .bareLF),
        .init(chunks: "1;a=b\rc\r\n", "9112 §7.1.1", 400, .bareCR),
        .init(
            chunks: "1;" + String(repeating: "a", count: 300) + "\r\na\r\n",
            "9112 §7.1.1",
            400,
            .chunkExtensionTooLong
        ),
        .init(chunks: "1\r\nab\r\n", "9112 §7.1", 400, .missingChunkEnd),
        .init(chunks: "1\r\na0\r\n", "9112 §7.1", 400, .missingChunkEnd),
        .init(chunks: "1\r\na\n0\r\n", "9112 §7.1", 400, .missingChunkEnd),
        .init(chunks: "1\r\na\r0\r\n", "9112 §7.1", 400, .missingChunkEnd),
        .init(chunks: "0\r\n folded\r\n\r\n", "9112 §5.2", 400, .foldedField),
        .init(chunks: "0\r\n: b\r\n\r\n", "9112 §7.1.2", 400, .emptyFieldName),
        .init(chunks: "0\r\nX\r\n\r\n", "9112 §7.1.2", 400, .missingColon),
        .init(chunks: "0\r\nX : b\r\n\r\n", "9112 §7.1.2", 400, .whitespaceBeforeColon),
        .init(chunks: "0\r\nX(: b\r\n\r\n", "9112 §7.1.2", 400, .invalidFieldName),
        .init(chunks: "0\r\n(X: b\r\n\r\n", "9112 §7.1.2", 400, .invalidFieldName),
        .init(chunks: "0\r\nX: b\0\r\n\r\n", "9112 §7.1.2", 400, .controlCharacter),
        .init(chunks: "0\r\nX: b\n\r\n", "9112 §2.2", 400, .bareLF),
        .init(chunks: "0\r\n\n", "9112 §2.2", 400, .bareLF),
        .init(chunks: "0\r\n\rX", "9112 §2.2", 400, .bareCR),
        .init(chunks: "0\r\nX: b\rY\r\n", "9112 §2.2", 400, .bareCR),
        .init(
            chunks: "0\r\nX: " + String(repeating: "a", count: 9000) + "\r\n\r\n",
            "6585 §5",
            431,
            .trailersTooLarge
        ),
        .init(
            chunks: "0\r\n" + String(repeating: "X:\r\n", count: 101) + "\r\n",
            "6585 §5",
            431,
            .trailersTooLarge
        ),
    ]

    static let limits: [MalformedRequest] = [
        .init(target: "/" + String(repeating: "a", count: 8 << 10), "9112 §3", 414, .targetTooLong),
        .init("GET /" + String(repeating: "a", count: 40 << 10), "9112 §3", 414, .targetTooLong),
        .init(line: "X: " + String(repeating: "a", count: 32 << 10), "6585 §5", 431, .headTooLarge),
        .init(line: String(repeating: "X: a\r\n", count: 6000) + "Y: b", "6585 §5", 431, .tooManyFields),
        .init(
            "GET / HTTP/1.1\r\n" + String(repeating: "X: a\r\n", count: 101),
            "6585 §5",
            431,
            .tooManyFields
        ),
        .init(
            line: String(repeating: "X: " + String(repeating: "a", count: 995) + "\r\n", count: 40) + "Y: b",
            "6585 §5",
            431,
            .headTooLarge
        ),
    ]
}
