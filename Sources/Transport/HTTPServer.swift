package import Events
package import HTTP
package import Posix
package import TLS

/// The server side of HTTP/1.1 in one process: its connections, what they may do, and how they leave.
///
///     let server = HTTPServer(settings: settings, on: loop, start: start) { exchange in
///         exchange.respond(200, ["content-type": "text/plain"], body: Array("hello\n".utf8))
///     }
///     try listener.open { server.take($0, listener: "main") }
package final class HTTPServer {
    /// Limits and time-outs; a change counts from the next request on.
    package struct Settings {
        package var limits = HTTPLimits()
        package var headerTimeout = Duration.seconds(10)
        package var bodyTimeout = Duration.seconds(30)
        package var idleTimeout = Duration.seconds(75)
        package var idleDrainTimeout = Duration.seconds(5)
        /// Fields of every answer, as they go out, each with its line end.
        package var lines: [UInt8] = []

        package init() {}
    }

    package var settings: Settings { didSet { dateSecond = -1 } }
    package let handle: (Exchange) async -> Void

    /// Spells the answer to what never reaches `handle`: fields and body for the reason, and the target, as far as it came.
    package var spellRefusal: (Refusal, [UInt8]) -> (FieldList, [UInt8]) = { refusal, _ in
        (["content-type": "text/plain; charset=utf-8"], Array("\(refusal.reason)\n".utf8))
    }

    /// Told how many connections there are, whenever one has come or gone.
    package var onConnections: (Int) -> Void = { _ in }

    /// Told how many requests are in flight and how many were answered, whenever one has begun or ended.
    package var onRequests: (_ inFlight: Int, _ served: Int) -> Void = { _, _ in }

    /// Told why a client that was to speak TLS was sent away.
    package var onHandshakeFailure: (TLSFault) -> Void = { _ in }

    /// Requests that have been read and not fully answered.
    package private(set) var inFlight = 0
    /// Requests answered since the start.
    package private(set) var served = 0
    package private(set) var isDraining = false

    let loop: EventLoop
    private let start: (@escaping () async -> Void) -> Void
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private let changed: Broadcast
    private var dateSecond = -1
    private var standing: [UInt8] = []

    package init(
        settings: Settings,
        on loop: EventLoop,
        start: @escaping (@escaping () async -> Void) -> Void,
        handle: @escaping (Exchange) async -> Void,
    ) {
        self.settings = settings
        self.loop = loop
        self.start = start
        self.handle = handle
        changed = Broadcast(on: loop)
    }

    /// The present answer on a connection is its last.
    var isLettingGo: Bool { isDraining || isCrowded }

    package var connectionCount: Int { connections.count }

    /// Serves a connection until it ends; with `tls` the handshake comes first, within the time of a head.
    package func take(_ descriptor: consuming Descriptor, listener: String, tls: TLSContext? = nil) {
        Socket.setNoDelay(descriptor.number)
        guard let stream = try? ByteStream(descriptor, .tcp, on: loop) else { return }
        let connection = HTTPConnection(stream, listener: listener, server: self)
        connections[ObjectIdentifier(connection)] = connection
        onConnections(connections.count)
        start { await self.serve(connection, tls) }
    }

    private func serve(_ connection: HTTPConnection, _ tls: TLSContext?) async {
        if let tls { await secure(connection.stream, by: tls) }
        await connection.serve()
        connections[ObjectIdentifier(connection)] = nil
        onConnections(connections.count)
        changed.announce()
    }

    /// Shakes hands; if that fails, the stream is closed, and there is nothing to serve on it.
    private func secure(_ stream: ByteStream, by context: TLSContext) async {
        stream.setDeadline(after: settings.headerTimeout)
        do throws(TLSFault) {
            try await stream.startTLS(TLSSession(accepting: context))
        } catch {
            stream.close()
            if error != .closed { onHandshakeFailure(error) }
        }
    }

    func requestBegins() {
        inFlight += 1
        onRequests(inFlight, served)
    }

    func requestEnds() {
        inFlight -= 1
        served += 1
        onRequests(inFlight, served)
    }

    /// From now on every answer is its connection's last, and idle connections leave after `idleDrainTimeout`:
    /// closing them at once would lose requests that are under way.
    package func drain(idleTimeout: Duration? = nil) {
        isDraining = true
        if let idleTimeout { settings.idleDrainTimeout = idleTimeout }
        for connection in connections.values { connection.shortenIdleTime() }
    }

    /// While clients wait to be let in, answers are their connections' last, and idle ones leave soon.
    package var isCrowded = false {
        didSet {
            guard isCrowded, !oldValue else { return }
            for connection in connections.values { connection.shortenIdleTime() }
        }
    }

    /// Suspends until no connection is left, or `limit` has passed.
    ///
    /// - Returns: whether none is left.
    package func emptied(within limit: Duration) async -> Bool {
        await changed.until(within: limit) { connections.isEmpty }
    }

    /// Tells handlers that still run to come to an end: those that stream, or those that do not.
    package func interrupt(streams: Bool) {
        for connection in connections.values where streams || !connection.isStreaming {
            connection.interrupt()
        }
    }

    package func closeAll() { connections.values.forEach { $0.close() } }

    /// The fields that every answer has, Date among them, spelled once a second.
    var lines: [UInt8] {
        let second = Int(loop.now.nanoseconds / 1_000_000_000)
        if second != dateSecond {
            dateSecond = second
            let date = imfFixdate(unixSeconds: WallClock.seconds)
            standing = Array("date: ".utf8) + date + Array("\r\n".utf8) + settings.lines
        }
        return standing
    }
}
