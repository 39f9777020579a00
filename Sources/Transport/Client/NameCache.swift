package import Events
package import Posix

/// The addresses of hosts, looked up on the helper thread and kept for a while.
///
/// An old answer serves on while a new one is looked up, so that a slow name server delays nobody twice.
package final class NameCache {
    private struct Name: Hashable {
        let host: String
        let port: UInt16
    }

    private struct Answer {
        let addresses: [SocketAddress]
        let at: Moment
    }

    private static let freshFor = Duration.seconds(30)
    private static let usableFor = Duration.seconds(600)
    /// The longest wait for a name server.
    private static let patience = Duration.seconds(30)

    private let loop: EventLoop
    private let spawn: (@escaping () async -> Void) -> Void
    private let resolve: @Sendable (String, UInt16) -> [SocketAddress]
    private var answers: [Name: Answer] = [:]
    private var underWay: Set<Name> = []
    private let changed: Broadcast

    /// `resolve`: what finds addresses; it may block.
    package init(
        on loop: EventLoop,
        spawn: @escaping (@escaping () async -> Void) -> Void,
        resolve: @escaping @Sendable (String, UInt16) -> [SocketAddress] = { Resolver.resolve($0, port: $1) },
    ) {
        self.loop = loop
        self.spawn = spawn
        self.resolve = resolve
        changed = Broadcast(on: loop)
    }

    /// In the order in which they are to be tried; empty if the host is unknown.
    ///
    /// `isGivenUp`: nobody wants to know any more; asked again at ``wake()``.
    package func addresses(
        of host: String,
        port: UInt16,
        by deadline: Moment = .distantFuture,
        unless isGivenUp: () -> Bool = { false },
    ) async -> [SocketAddress] {
        if let address = SocketAddress(host: host, port: port) { return [address] }
        let name = Name(host: host, port: port)
        if let answer = answers[name], !answer.addresses.isEmpty {
            let age = Moment.now - answer.at
            if age > Self.freshFor { look(up: name) }
            if age < Self.usableFor { return answer.addresses }
        }
        look(up: name)
        let rest = min(Self.patience, deadline - .now)
        _ = await changed.until(within: rest) { isGivenUp() || !underWay.contains(name) }
        return answers[name]?.addresses ?? []
    }

    /// Whoever waits and has given up returns.
    func wake() { changed.announce() }

    /// Looks again at the next request, as after an address that did not answer.
    package func forget(_ host: String, port: UInt16) { answers[Name(host: host, port: port)] = nil }

    private func look(up name: Name) {
        guard underWay.insert(name).inserted else { return }
        spawn { await self.find(name) }
    }

    private func find(_ name: Name) async {
        let resolve = resolve
        let found = (try? await loop.blocking { _ in resolve(name.host, name.port) }) ?? []
        underWay.remove(name)
        // Better an old address than none.
        if !found.isEmpty || answers[name].map({ Moment.now - $0.at > Self.usableFor }) ?? true {
            answers[name] = Answer(addresses: Self.interleaved(found), at: .now)
        }
        changed.announce()
    }

    /// The families in turn, beginning with that of the first address.
    ///
    /// - Source: RFC 8305 §4.
    static func interleaved(_ addresses: [SocketAddress]) -> [SocketAddress] {
        let first = addresses.filter { $0.isIPv6 == addresses[0].isIPv6 }
        let second = addresses.filter { $0.isIPv6 != addresses[0].isIPv6 }
        return (0..<max(first.count, second.count)).flatMap { index in
            [first, second].compactMap { index < $0.count ? $0[index] : nil }
        }
    }
}
