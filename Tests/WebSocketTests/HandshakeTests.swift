import Testing
import WebSocket

@Suite struct HandshakeTests {
    static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    static let digest = Wire.bytes("b37a4f2c c0624f16 90f64606 cf385945 b2bec4ea")

    @Test func `the example of the RFC is accepted`() throws {
        var hashed: [UInt8] = []
        let accept = try Handshake.check(request: Self.request()) { bytes in
            hashed = bytes
            return Self.digest
        }
        #expect(accept == Self.accept)
        #expect(hashed == Array("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"), ("the sample nonce", "dGhlIHNhbXBsZSBub25jZQ=="),
    ])
    func `base64 is that of RFC 4648`(text: String, encoded: String) {
        #expect(Handshake.base64(Array(text.utf8)) == encoded)
    }

    @Test(arguments: [
        ("dGhlIHNhbXBsZSBub25jZQ==", true), ("AQIDBAUGBwgJCgsMDQ4PEC==", true),
        ("AAAAAAAAAAAAAAAAAAAAAA==", true),
        ("+/+/+/+/+/+/+/+/+/+/+w==", true), ("", false), ("dGhlIHNhbXBsZSBub25jZQ", false),
        ("dGhlIHNhbXBsZSBub25jZQ=", false), ("dGhlIHNhbXBsZSBub25jZQ===", false),
        ("dGhlIHNhbXBsZSBub25jZTE=", false),
        ("dGhlIHNhbXBsZSBub25j====", false), ("dGhlIHNhbXBs-SBub25jZQ==", false),
        ("dGhlIHNhbXBs SBub25jZQ==", false),
        ("dGhlIHNhbXBsZSBub25jZZZZ", false), ("éGhlIHNhbXBsZSBub25jZ==", false),
        ("dGhlIHNhbXBsZSBub25=ZQ==", false),
    ])
    func `a key is 16 bytes in base64`(key: String, isValid: Bool) {
        #expect(Handshake.isValidKey(key) == isValid)
    }

    @Test(arguments: [
        ("websocket", "Upgrade"), ("WebSocket", "keep-alive, Upgrade"), ("h2c, websocket", "upgrade"),
        (" websocket\t", "UPGRADE,keep-alive"),
    ])
    func `names are found in lists and in any case`(upgrade: String, connection: String) throws {
        let fields = Self.request(upgrade: upgrade, connection: connection)
        #expect(try Handshake.check(request: fields) { _ in Self.digest } == Self.accept)
    }

    @Test(arguments: [
        (request(upgrade: nil), HandshakeFault.notWebSocket, 426),
        (request(upgrade: "h2c"), .notWebSocket, 426),
        (request(upgrade: "websockets"), .notWebSocket, 426),
        (request(upgrade: "web socket"), .notWebSocket, 426),
        (request(connection: nil), .connectionNotUpgraded, 426),
        (request(connection: "keep-alive"), .connectionNotUpgraded, 426),
        (request(connection: ""), .connectionNotUpgraded, 426),
        (request(version: nil), .versionNotSupported, 426),
        (request(version: "8"), .versionNotSupported, 426),
        (request(version: "13, 8"), .versionNotSupported, 426),
        (request(key: nil), .keyNotValid, 400),
        (request(key: "short"), .keyNotValid, 400),
    ])
    func `a request that breaks a rule is refused`(
        fields: Handshake.Fields,
        fault: HandshakeFault,
        status: Int
    ) {
        #expect(throws: fault) { try Handshake.check(request: fields) { _ in Self.digest } }
        #expect(fault.status == status)
    }

    @Test func `an answer to our question is taken`() throws {
        try Handshake.check(answer: Self.answer(), key: Self.key) { _ in Self.digest }
    }

    @Test(arguments: [
        (answer(accept: nil), HandshakeFault.acceptNotValid),
        (answer(accept: "S3PPLMBITXAQ9KYGZZHZRBK+XOO="), .acceptNotValid),
        (answer(upgrade: "h2c"), .notWebSocket),
        (answer(connection: "close"), .connectionNotUpgraded),
        (answer(extensions: "permessage-deflate"), .notAskedFor),
        (answer(subprotocol: "chat"), .notAskedFor),
    ])
    func `an answer that breaks a rule is refused`(fields: Handshake.Fields, fault: HandshakeFault) {
        #expect(throws: fault) { try Handshake.check(answer: fields, key: Self.key) { _ in Self.digest } }
    }

    private static func request(
        upgrade: String? = "websocket",
        connection: String? = "Upgrade",
        version: String? = "13",
        key: String? = key,
    ) -> Handshake.Fields {
        var fields = Handshake.Fields()
        (fields.upgrade, fields.connection, fields.version, fields.key) = (upgrade, connection, version, key)
        return fields
    }

    private static func answer(
        upgrade: String? = "websocket",
        connection: String? = "Upgrade",
        accept: String? = accept,
        extensions: String? = nil,
        subprotocol: String? = nil,
    ) -> Handshake.Fields {
        var fields = Handshake.Fields()
        (fields.upgrade, fields.connection, fields.accept) = (upgrade, connection, accept)
        (fields.extensions, fields.subprotocol) = (extensions, subprotocol)
        return fields
    }
}
