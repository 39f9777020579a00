package import Events
package import HTTP
import Posix
import WebSocket

/// Why there is no WebSocket to a server.
package enum DialError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownHost(String)
    case unreachable(String)
    case timedOut
    /// The server answered, but not with a switch of protocols.
    case refused(status: Int)
    case notWebSocket(String)

    package var description: String {
        switch self {
        case .unknownHost(let host): "no address for '\(host)'"
        case .unreachable(let reason): reason
        case .timedOut: "no answer in time"
        case .refused(let status): "the server answered with status \(status)"
        case .notWebSocket(let reason): "the server is no WebSocket server: \(reason)"
        }
    }
}

/// The client side of the opening handshake (RFC 6455 §4.1).
package struct WebSocketDialer {
    private let loop: EventLoop
    private let timeout: Duration

    /// `timeout`: for the connection and the handshake together.
    package init(timeout: Duration, on loop: EventLoop) {
        self.timeout = timeout
        self.loop = loop
    }

    package func dial(
        _ url: WebSocketURL,
        fields: FieldList = [:],
        messageLimit: Int,
        heartbeat: Duration?,
    ) async throws(DialError) -> WebSocketConnection {
        let stream = try await connect(url, by: Moment.now + timeout)
        let key = Handshake.base64(Digest.random(16))
        let input = stream.makeInput()
        do {
            try await stream.write(try request(url, key: key, fields))
            try await checkAnswer(stream, input, key: key)
        } catch let error as DialError {
            throw error
        } catch let error as StreamError {
            throw error == .timedOut ? .timedOut : .unreachable("\(error)")
        } catch {
            throw .notWebSocket("\(error)")
        }
        stream.deadline = nil
        return WebSocketConnection(
            stream,
            input,
            role: .client,
            messageLimit: messageLimit,
            heartbeat: heartbeat,
            on: loop
        )
    }

    private func connect(_ url: WebSocketURL, by deadline: Moment) async throws(DialError) -> ByteStream {
        let addresses = await addresses(url)
        if addresses.isEmpty { throw .unknownHost(url.host) }
        do throws(UpstreamFault) {
            let stream = try await Dial(addresses, on: loop).run(by: deadline)
            stream.deadline = deadline
            return stream
        } catch {
            if case .connectTimeout = error { throw .timedOut }
            throw .unreachable(error.description)
        }
    }

    private func addresses(_ url: WebSocketURL) async -> [SocketAddress] {
        if let address = SocketAddress(host: url.host, port: url.port) { return [address] }
        return (try? await loop.blocking { _ in Resolver.resolve(url.host, port: url.port) }) ?? []
    }

    private func request(_ url: WebSocketURL, key: String, _ extra: FieldList) throws(HTTPFault) -> [UInt8] {
        var fields = extra
        for (name, value) in [
            ("upgrade", "websocket"), ("connection", "Upgrade"), ("sec-websocket-key", key),
            ("sec-websocket-version", Handshake.version),
        ] { fields.append(name, value) }
        var bytes: [UInt8] = []
        try ClientRequestHead(method: .get, target: url.target, host: url.authority, fields: fields)
            .serialize(into: &bytes, contentLength: nil)
        return bytes
    }

    private func checkAnswer(_ stream: ByteStream, _ input: InputBuffer, key: String) async throws {
        var parser = ResponseParser(limits: HTTPLimits())
        parser.begin(answering: .get)
        while true {
            var position = 0
            let event = try parser.next(input.unread, position: &position)
            input.consume(position)
            if case .head(let head)? = event, !head.isInterim {
                guard head.status == 101 else { throw DialError.refused(status: head.status) }
                try Handshake.check(answer: Handshake.Fields(head.fields), key: key, sha1: Digest.sha1)
                return
            }
            if event == nil, try await stream.read(into: input) == 0 {
                throw DialError.unreachable("the server closed the connection during the handshake")
            }
        }
    }
}
