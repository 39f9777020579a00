/// The rules of the opening handshake for its fields (RFC 6455 §4); SHA-1 is the caller's.
///
/// For the key "dGhlIHNhbXBsZSBub25jZQ==" the accept value is "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" (RFC 6455 §1.3).
package enum Handshake {
    /// What is appended to the key before hashing (RFC 6455 §1.3).
    package static let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    /// The only value of `Sec-WebSocket-Version` (RFC 6455 §4.1).
    package static let version = "13"

    /// The fields that decide; nil where a message has none, joined by ", " where it has several of a name.
    package struct Fields: Equatable, Sendable {
        /// The `Upgrade` field.
        package var upgrade: String?
        /// The `Connection` field.
        package var connection: String?
        /// The `Sec-WebSocket-Version` field, in requests.
        package var version: String?
        /// The `Sec-WebSocket-Key` field, in requests.
        package var key: String?
        /// The `Sec-WebSocket-Accept` field, in answers.
        package var accept: String?
        /// The `Sec-WebSocket-Extensions` field.
        package var extensions: String?
        /// The `Sec-WebSocket-Protocol` field.
        package var subprotocol: String?

        /// No fields at all.
        package init() {}
    }

    /// Checks the fields of a client's request (RFC 6455 §4.2.1).
    ///
    /// The method (GET), HTTP/1.1, Host and Origin are for the caller to check. Extensions and subprotocols
    /// that the client offers are ignored, which refuses them.
    ///
    /// - Returns: The value of `Sec-WebSocket-Accept` for the 101 answer.
    package static func check(
        request fields: Fields,
        sha1: ([UInt8]) -> [UInt8],
    ) throws(HandshakeFault) -> String {
        try checkUpgrade(fields)
        guard fields.version == version else { throw .versionNotSupported }
        guard let key = fields.key, isValidKey(key) else { throw .keyNotValid }
        return accept(key: key, sha1: sha1)
    }

    /// Checks the fields of a server's 101 answer to our `key` (RFC 6455 §4.1).
    ///
    /// We ask for no extension and no subprotocol, so the server must choose none.
    package static func check(
        answer fields: Fields,
        key: String,
        sha1: ([UInt8]) -> [UInt8],
    ) throws(HandshakeFault) {
        try checkUpgrade(fields)
        guard fields.accept == accept(key: key, sha1: sha1) else { throw .acceptNotValid }
        guard fields.extensions == nil, fields.subprotocol == nil else { throw .notAskedFor }
    }

    /// The value of `Sec-WebSocket-Accept`: base64(SHA-1(key + GUID)) (RFC 6455 §4.2.2).
    package static func accept(key: String, sha1: ([UInt8]) -> [UInt8]) -> String {
        base64(sha1(Array((key + guid).utf8)))
    }

    /// Whether `key` is 16 bytes in base64: 22 characters and "==" (RFC 6455 §4.2.1).
    ///
    /// The four bits left over need not be 0: in the RFC's own example, "AQIDBAUGBwgJCgsMDQ4PEC==" (§4.1),
    /// they are not.
    package static func isValidKey(_ key: String) -> Bool {
        let bytes = key.utf8
        return bytes.count == 24 && bytes.suffix(2).allSatisfy { $0 == UInt8(ascii: "=") }
            && bytes.prefix(22).allSatisfy(alphabet.contains)
    }

    /// `bytes` in base64 with padding (RFC 4648 §4); of 16 random bytes, a client's key (RFC 6455 §4.1).
    package static func base64(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                let index = bits >> (18 - 6 * place) & 0x3F
                text.append(place <= group.count ? alphabet[index] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    private static func checkUpgrade(_ fields: Fields) throws(HandshakeFault) {
        guard has("websocket", in: fields.upgrade) else { throw .notWebSocket }
        guard has("upgrade", in: fields.connection) else { throw .connectionNotUpgraded }
    }

    /// Whether a comma-separated list has `token`, in any case of letters (RFC 9110 §5.6.1).
    private static func has(_ token: String, in list: String?) -> Bool {
        guard let list else { return false }
        return list.lowercased().split(separator: ",").contains { element in
            element.split(whereSeparator: { $0 == " " || $0 == "\t" }).elementsEqual([token[...]])
        }
    }
}
