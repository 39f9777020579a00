package import Events
package import HTTP
import Posix
package import TLS

/// A server that requests are sent to, and the connections to it that are kept.
///
///     let upstream = Upstream(settings, names: names, on: loop)
///     let exchange = upstream.exchange(head, body: body)
///     let answer = try await exchange.head(within: .seconds(300))
///     while try await exchange.read(within: .seconds(60), { take($0) }) != .end {}
package final class Upstream {
    /// Where it is, and how long it may take.
    package struct Settings: Equatable, Sendable {
        /// Where it is.
        package var url: UpstreamURL
        /// The longest wait for a connection, TLS included.
        package var connectTimeout = Duration.seconds(10)
        /// The longest time in which it takes nothing of a request.
        package var sendTimeout = Duration.seconds(60)
        /// How long a connection is kept that nobody uses.
        package var idleTimeout = Duration.seconds(60)
        /// What tells its certificates' trust from that of others.
        package var trust = ""
        /// Which of all upstreams are reached through a proxy.
        package var proxies = ProxyRules()
        /// The most connections that are kept for later.
        package var idleLimit = 128

        package init(url: UpstreamURL) { self.url = url }
    }

    package let settings: Settings
    package let loop: EventLoop
    private let names: NameCache
    private let tls: TLSContext?
    /// What connects to it instead of TCP; nil: nothing.
    private let open: (() throws(UpstreamFault) -> ByteStream)?
    /// The one that was used last is used first.
    private var idle: [UpstreamConnection] = []
    private var sweep: TimerQueue.Token?
    private var isRetired = false

    /// A server to which there is no connection yet.
    ///
    /// `tls`: whom to trust; needed for `https`. `open`: what connects to it instead of TCP.
    package init(
        _ settings: Settings,
        names: NameCache,
        tls: TLSContext? = nil,
        on loop: EventLoop,
        open: (() throws(UpstreamFault) -> ByteStream)? = nil,
    ) {
        self.settings = settings
        self.tls = tls
        self.names = names
        self.open = open
        self.loop = loop
    }

    /// Connections that are kept for later.
    package var idleCount: Int { idle.count }

    /// A request that can be sent, and the answer to it.
    package func exchange(_ head: ClientRequestHead, body: [UInt8]) throws(HTTPFault) -> UpstreamExchange {
        try UpstreamExchange(head.method, body: body, to: self) { buffer, length throws(HTTPFault) in
            try head.serialize(into: &buffer, contentLength: length == 0 ? nil : length)
        }
    }

    /// A request whose head is spelled already but for a few fields.
    package func exchange(_ head: SpelledRequestHead, adding fields: FieldList, body: [UInt8])
        throws(HTTPFault) -> UpstreamExchange
    {
        try UpstreamExchange(head.method, body: body, to: self) { buffer, length throws(HTTPFault) in
            try head.serialize(into: &buffer, adding: fields, contentLength: length)
        }
    }

    /// Keeps no connection any more; those in use end with their exchange.
    package func retire() {
        isRetired = true
        closeIdle { _ in true }
    }

    // MARK: Connections

    /// A connection that was used before; nil: there is none that can be used again.
    func takeIdle() -> UpstreamConnection? {
        while let connection = idle.popLast() {
            connection.stream.registration.onPeerClosed = nil
            let isFresh = loop.now - connection.idleSince < settings.idleTimeout
            if isFresh, connection.isQuiet { return connection }
            connection.close()
        }
        return nil
    }

    func keep(_ connection: UpstreamConnection) {
        let isUnwanted = isRetired || settings.idleTimeout == .zero || idle.count >= settings.idleLimit
        if isUnwanted || connection.stream.registration.peerClosed { return connection.close() }
        connection.stream.deadline = nil
        connection.input.release()
        connection.idleSince = loop.now
        idle.append(connection)
        connection.stream.registration.onPeerClosed = connection.onPeerClosed
        if sweep == nil { scheduleSweep() }
    }

    /// Looks up the host and connects to it.
    func dial(_ attempt: DialHandle) async throws(UpstreamFault) -> UpstreamConnection {
        if let open { return connection(try open()) }
        let deadline = Moment.now + settings.connectTimeout
        let place = settings.url.place
        return connection(
            settings.url.isSecure
                ? try await dialSecurely(attempt, by: deadline)
                : try await connect(to: place, by: deadline, attempt)
        )
    }

    private func connection(_ stream: ByteStream) -> UpstreamConnection {
        let connection = UpstreamConnection(stream, since: loop.now)
        connection.onPeerClosed = { [weak self, unowned connection] in
            self?.closeIdle { $0 === connection }
        }
        return connection
    }

    /// Connects, through a proxy if there is one, and shakes hands.
    @inline(never)
    private func dialSecurely(_ attempt: DialHandle, by deadline: Moment)
        async throws(UpstreamFault) -> ByteStream
    {
        if let fault = settings.proxies.fault { throw .unreachable(fault) }
        let proxy = settings.proxies.proxy(for: settings.url)
        let stream = try await connect(to: proxy?.place ?? settings.url.place, by: deadline, attempt)
        attempt.stream = stream
        defer { attempt.stream = nil }
        do throws(UpstreamFault) {
            stream.deadline = deadline
            if let proxy { try await Tunnel.open(stream, to: settings.url, proxy) }
            try await secure(stream)
        } catch {
            stream.close()
            throw attempt.isCancelled ? .cancelled : error
        }
        return stream
    }

    private func connect(to place: Authority, by deadline: Moment, _ attempt: DialHandle)
        async throws(UpstreamFault) -> ByteStream
    {
        attempt.names = names
        let addresses = await names.addresses(of: place.host, port: place.port, by: deadline) {
            attempt.isCancelled
        }
        attempt.names = nil
        guard !attempt.isCancelled else { throw .cancelled }
        guard Moment.now < deadline else { throw .connectTimeout }
        guard !addresses.isEmpty else { throw .unknownHost(place.host) }
        let dial = Dial(addresses, on: loop)
        attempt.dial = dial
        defer { attempt.dial = nil }
        do throws(UpstreamFault) {
            return try await dial.run(by: deadline)
        } catch {
            if error != .cancelled { names.forget(place.host, port: place.port) }
            throw error
        }
    }

    private func secure(_ stream: ByteStream) async throws(UpstreamFault) {
        guard let tls else { throw .insecure("nobody is trusted") }
        let host = settings.url.host
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        do throws(TLSFault) {
            try await stream.startTLS(TLSSession(tls, host: name, port: settings.url.port))
        } catch {
            if case .timedOut = error { throw .connectTimeout }
            throw .insecure(error.description)
        }
    }

    private func closeIdle(_ isUnwanted: (UpstreamConnection) -> Bool) {
        let unwanted = idle.filter(isUnwanted)
        idle.removeAll(where: isUnwanted)
        for connection in unwanted {
            connection.stream.registration.onPeerClosed = nil
            connection.close()
        }
    }

    private func scheduleSweep() {
        sweep = loop.schedule(after: settings.idleTimeout / 2) { [weak self] in
            guard let self else { return }
            sweep = nil
            closeIdle { self.loop.now - $0.idleSince >= self.settings.idleTimeout }
            if !idle.isEmpty { scheduleSweep() }
        }
    }
}

/// Ends the attempt to connect, if there is one now.
final class DialHandle {
    private(set) var isCancelled = false
    var dial: Dial?
    /// Where the host is being looked up.
    var names: NameCache?
    /// The connection, while it is not yet what it is to be.
    var stream: ByteStream?

    func cancel() {
        isCancelled = true
        names?.wake()
        dial?.cancel()
        stream?.close()
    }
}
