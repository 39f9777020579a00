package import Events
package import HTTP
import Posix

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
        /// The most connections that are kept for later.
        package var idleLimit = 128

        package init(url: UpstreamURL) { self.url = url }
    }

    package let settings: Settings
    package let loop: EventLoop
    private let names: NameCache
    /// The one that was used last is used first.
    private var idle: [UpstreamConnection] = []
    private var sweep: TimerQueue.Token?
    private var isRetired = false

    package init(_ settings: Settings, names: NameCache, on loop: EventLoop) {
        self.settings = settings
        self.names = names
        self.loop = loop
    }

    /// Connections that are kept for later.
    package var idleCount: Int { idle.count }

    /// A request that can be sent, and the answer to it.
    package func exchange(_ head: ClientRequestHead, body: [UInt8]) throws(HTTPFault) -> UpstreamExchange {
        try UpstreamExchange(head, body: body, to: self)
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
            let isFresh = Moment.now - connection.idleSince < settings.idleTimeout
            if isFresh, connection.isQuiet { return connection }
            connection.close()
        }
        return nil
    }

    func keep(_ connection: UpstreamConnection) {
        if isRetired || settings.idleTimeout == .zero || idle.count >= settings.idleLimit {
            return connection.close()
        }
        connection.stream.deadline = nil
        connection.input.release()
        connection.idleSince = .now
        idle.append(connection)
        connection.stream.registration.onPeerClosed = { [weak self, unowned connection] in
            self?.closeIdle { $0 === connection }
        }
        if sweep == nil { scheduleSweep() }
    }

    /// Looks up the host and connects to it.
    func dial(_ attempt: DialHandle) async throws(UpstreamFault) -> UpstreamConnection {
        let deadline = Moment.now + settings.connectTimeout
        let url = settings.url
        let addresses = await names.addresses(of: url.host, port: url.port)
        guard !addresses.isEmpty else { throw .unknownHost(url.host) }
        guard !attempt.isCancelled else { throw .cancelled }
        let dial = Dial(addresses, on: loop)
        attempt.dial = dial
        defer { attempt.dial = nil }
        do throws(UpstreamFault) {
            return UpstreamConnection(try await dial.run(by: deadline))
        } catch {
            names.forget(url.host, port: url.port)
            throw error
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
            closeIdle { Moment.now - $0.idleSince >= self.settings.idleTimeout }
            if !idle.isEmpty { scheduleSweep() }
        }
    }
}

/// Ends the attempt to connect, if there is one now.
final class DialHandle {
    private(set) var isCancelled = false
    var dial: Dial?

    func cancel() {
        isCancelled = true
        dial?.cancel()
    }
}
