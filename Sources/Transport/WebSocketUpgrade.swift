package import Events
import HTTP
import Posix
import WebSocket

extension Exchange {
    /// Answers the opening handshake of a WebSocket (RFC 6455 §4.2).
    ///
    /// - Returns: nil when the request is none, or not a right one; then it has been answered, with 426 or 400.
    package func acceptWebSocket(
        messageLimit: Int,
        heartbeat: Duration?,
        on loop: EventLoop,
    ) async -> WebSocketConnection? {
        guard head.method == .get, head.minorVersion == 1, !head.hasBody else {
            let reason = "a WebSocket begins with a GET of HTTP/1.1 without a body (RFC 6455 4.1)\n"
            respond(400, ["content-type": "text/plain; charset=utf-8"], body: Array(reason.utf8))
            return nil
        }
        do throws(HandshakeFault) {
            let accept = try Handshake.check(request: Handshake.Fields(head.fields), sha1: Digest.sha1)
            guard
                let (stream, input) = try? await upgrade([
                    "upgrade": "websocket", "connection": "upgrade", "sec-websocket-accept": accept,
                ])
            else { return nil }
            return WebSocketConnection(
                stream,
                input,
                role: .server,
                messageLimit: messageLimit,
                heartbeat: heartbeat,
                on: loop
            )
        } catch {
            let fields: FieldList = [
                "content-type": "text/plain; charset=utf-8", "upgrade": "websocket",
                "sec-websocket-version": "13",
            ]
            respond(error.status, fields, body: Array("\(error.reason)\n".utf8))
            return nil
        }
    }
}

extension Handshake.Fields {
    init(_ fields: HTTP.Fields) {
        self.init()
        upgrade = Self.joined(fields, "upgrade")
        connection = Self.joined(fields, "connection")
        version = Self.joined(fields, "sec-websocket-version")
        key = Self.joined(fields, "sec-websocket-key")
        accept = Self.joined(fields, "sec-websocket-accept")
        extensions = Self.joined(fields, "sec-websocket-extensions")
        subprotocol = Self.joined(fields, "sec-websocket-protocol")
    }

    private static func joined(_ fields: HTTP.Fields, _ name: String) -> String? {
        let values = fields.values(of: name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }
}
