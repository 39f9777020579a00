package import Events
package import HTTP

/// One request and its answer, as a handler sees them.
package final class Exchange {
    private enum Progress {
        case nothing
        case streaming(ResponseFraming)
        case done
    }

    private static let plainFailure = Array(
        "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".utf8
    )

    package let head: RequestHead
    /// The status that was sent; nil before.
    package private(set) var status: Int?
    /// Bytes of the answer's body.
    package private(set) var bodyBytes = 0

    private let connection: HTTPConnection
    private var progress = Progress.nothing
    private var hasAskedForBody = false
    private var onInterrupt: (() -> Void)?
    private var isInterrupted = false
    /// What the head of the answer said.
    private(set) var promisesToLiveOn = false

    init(_ head: RequestHead, on connection: HTTPConnection) {
        self.head = head
        self.connection = connection
    }

    /// The name of the listener that took the connection.
    package var listener: String { connection.listener }

    /// The client's address, of IPv6 the network: see `SocketAddress.network`.
    package var client: String { connection.client }

    /// Whether another request may follow on the connection.
    package var keepsAlive: Bool {
        head.keepsAlive && !connection.mustClose && !connection.server.isLettingGo && !awaitsContinue
    }

    var awaitsContinue: Bool { head.expectsContinue && !hasAskedForBody }

    /// Called once when the client is gone, at once if it already is; and never after the handler has returned.
    package func onDisconnect(_ action: @escaping () -> Void) {
        if connection.isPeerGone { action() } else { connection.stream.registration.onPeerClosed = action }
    }

    /// Called when the server wants the answer to come to an end, as it shuts down.
    ///
    /// At once if it already does.
    package func onInterrupt(_ action: @escaping () -> Void) {
        if isInterrupted { action() } else { onInterrupt = action }
    }

    func interrupt() {
        isInterrupted = true
        onInterrupt?()
    }

    /// There will be no answer, because nobody is left to read it.
    package func abandon() {
        connection.mustClose = true
        progress = .done
    }

    var isStreaming: Bool {
        if case .streaming = progress { true } else { false }
    }

    /// The present answer is the connection's last.
    package func closeAfterwards() { connection.mustClose = true }

    /// The whole body.
    package func body() async throws(BodyError) -> [UInt8] {
        var bytes: [UInt8] = []
        guard head.hasBody else { return bytes }
        if awaitsContinue, connection.input.isEmpty {
            connection.output += ResponseHead.continueBytes
            do throws(ConnectionEnd) { try await connection.flush() } catch { throw .disconnected }
        }
        hasAskedForBody = true
        connection.stream.setDeadline(after: connection.server.settings.bodyTimeout)
        bytes.reserveCapacity(min(head.contentLength ?? 0, 1 << 20))
        while try connection.takeBody({ bytes += $0 }) { try await connection.readBodyBytes() }
        return bytes
    }

    /// Answers with a whole body.
    package func respond(_ status: Int, _ fields: FieldList, body: [UInt8]) {
        guard case .nothing = progress else { return }
        progress = .done
        let framing = framing(status, length: body.count)
        guard begin(status, fields, framing), framing.hasBody else { return }
        bodyBytes = body.count
        connection.output += body
    }

    /// Begins an answer whose length nobody knows yet; its head goes out with the first ``send(_:)``.
    package func startStream(_ status: Int, _ fields: FieldList) {
        guard case .nothing = progress else { return }
        let framing = framing(status, length: nil)
        guard begin(status, fields, framing) else { return }
        progress = .streaming(framing)
        // It may last for an hour, and nothing is read meanwhile.
        connection.input.release()
        if framing == .close { connection.mustClose = true }
    }

    /// Sends a piece of the stream, and waits until it has left this process.
    ///
    /// - Throws: when the client is gone or too slow; the handler then ends.
    package func send(_ bytes: [UInt8]) async throws(StreamError) {
        append(bytes)
        do throws(ConnectionEnd) {
            try await connection.flush()
            connection.shrinkOutput()
        } catch {
            throw broken(error)
        }
    }

    /// Sends a piece of the stream as far as there is room for it now.
    ///
    /// - Returns: whether all of it has left; if not, the rest goes out with the next ``send(_:)``, which is to follow.
    /// - Throws: as ``send(_:)``.
    package func sendNow(_ bytes: [UInt8]) throws(StreamError) -> Bool {
        append(bytes)
        do throws(ConnectionEnd) {
            guard try connection.flushNow() else { return false }
            connection.shrinkOutput()
            return true
        } catch {
            throw broken(error)
        }
    }

    private func append(_ bytes: [UInt8]) {
        guard case .streaming(let framing) = progress else { return }
        bodyBytes += bytes.count
        switch framing {
        case .chunked: ChunkedEncoding.append(chunk: bytes, to: &connection.output)
        case .close: connection.output += bytes
        case .none, .headOnly, .length: break
        }
    }

    private func broken(_ end: ConnectionEnd) -> StreamError {
        connection.mustClose = true
        guard case .broken(let reason) = end else { return .closed }
        return reason
    }

    /// Ends the stream properly.
    package func finish() {
        guard case .streaming(let framing) = progress else { return }
        progress = .done
        if framing == .chunked { connection.output += ChunkedEncoding.end }
    }

    /// Switches to another protocol; the connection's bytes are the caller's from now on.
    package func upgrade(_ fields: FieldList) async throws(StreamError) -> (ByteStream, InputBuffer) {
        guard begin(101, fields, .none) else { throw .closed }
        progress = .done
        do throws(ConnectionEnd) { try await connection.flush() } catch { throw .closed }
        connection.isHandedOver = true
        connection.stream.registration.onPeerClosed = nil
        connection.stream.deadline = nil
        return (connection.stream, connection.input)
    }

    /// Makes sure that there is an answer, and that a stream the handler left open is not taken for a whole one.
    func complete() {
        onInterrupt = nil
        switch progress {
        case .done: break
        case .nothing: respond(500, [:], body: [])
        case .streaming:
            connection.mustClose = true
            progress = .done
        }
    }

    private func framing(_ status: Int, length: Int?) -> ResponseFraming {
        ResponseFraming(status: status, length: length, method: head.method, minorVersion: head.minorVersion)
    }

    /// Writes the head; false if its fields would break it apart, and a plain 500 went out in its place.
    private func begin(_ status: Int, _ fields: FieldList, _ framing: ResponseFraming) -> Bool {
        let response = ResponseHead(status: status, fields: fields)
        promisesToLiveOn = keepsAlive && framing != .close
        do throws(HTTPFault) {
            try response.serialize(
                into: &connection.output,
                framing: framing,
                keepsAlive: promisesToLiveOn,
                minorVersion: head.minorVersion,
                lines: connection.server.lines
            )
            self.status = status
            return true
        } catch {
            connection.output += Self.plainFailure
            promisesToLiveOn = false
            connection.mustClose = true
            progress = .done
            self.status = 500
            return false
        }
    }
}
