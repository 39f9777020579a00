import Config
import Events
import Gateway
import HTTP
import Log
import Posix
import Transport

/// Asks a provider which models it has: when a client wants to know, and once for all who want to know then.
final class ModelInquiry {
    /// How long anybody waits for the answer.
    static let patience = Duration.seconds(5)

    private let provider: Configuration.Provider
    private let key: String?
    private let upstream: Upstream
    private let searches: [SecretSearch]
    private let log: Logger
    private let spawn: (@escaping () async -> Void) -> Void
    private let answered: Broadcast
    private var offer = ModelOffer()

    init(
        _ provider: Configuration.Provider,
        key: String?,
        upstream: Upstream,
        log: Logger,
        spawn: @escaping (@escaping () async -> Void) -> Void,
    ) {
        self.provider = provider
        self.key = key
        self.upstream = upstream
        searches = RemoteProvider.searches(for: provider, key: key)
        self.log = log
        self.spawn = spawn
        answered = Broadcast(on: upstream.loop)
    }

    /// What the provider listed last, sorted.
    var names: [String] { offer.names }

    /// Whether the provider listed that name last.
    func contains(_ name: String) -> Bool { offer.contains(name) }

    /// Whether it would ask the same of the same.
    func isOf(_ provider: Configuration.Provider, key: String?, _ upstream: Upstream) -> Bool {
        self.provider == provider && self.key == key && self.upstream === upstream
    }

    /// Asks if it is time to; whether there is nothing to show before ``arrived()``.
    func begin() -> Bool {
        perform(offer.handle(.wanted, at: .now))
        return offer.mustWait
    }

    /// Suspends until there is something to show, or there will not be.
    func arrived() async { _ = await answered.until(within: Self.patience) { !offer.mustWait } }

    private func perform(_ actions: [ModelOffer.Action]) {
        for action in actions {
            switch action {
            case .ask: spawn { await self.ask() }
            case .warn(let fault):
                let reason = fault.description
                log.warning("models unknown", ["provider": .init(provider.name), "reason": .init(reason)])
            }
        }
    }

    private func ask() async {
        do throws(ModelOfferFault) {
            perform(offer.handle(.listed(try await list()), at: .now))
        } catch {
            perform(offer.handle(.failed(error), at: .now))
        }
        answered.announce()
    }

    /// What the provider lists, but for what would show its secrets.
    private func list() async throws(ModelOfferFault) -> [String] {
        guard let exchange = try? upstream.exchange(head, body: []) else {
            throw .unreachable(reason: "its address or headers make no request")
        }
        let alarm = upstream.loop.schedule(after: Self.patience) { exchange.cancel() }
        defer {
            upstream.loop.cancel(alarm)
            exchange.cancel()
        }
        let names = try OfferedModels.parse(try await body(of: exchange))
        return names.filter { !isRevealed(in: Array($0.utf8)) }
    }

    private func isRevealed(in bytes: [UInt8]) -> Bool {
        searches.contains { bytes.withUnsafeBytes($0.isFound) }
    }

    private func body(of exchange: UpstreamExchange) async throws(ModelOfferFault) -> [UInt8] {
        var body: [UInt8] = []
        var status = 0
        do throws(UpstreamFault) {
            guard let head = try await exchange.head(within: Self.patience) else { throw .cancelled }
            status = head.status
            while status == 200, body.count <= OfferedModels.byteLimit {
                switch try await exchange.read(within: Self.patience, { body.append(contentsOf: $0) }) {
                case .some: break
                case .end: return body
                case .silence: throw .cancelled
                }
            }
        } catch {
            throw error == .cancelled ? .silent : .unreachable(reason: error.description)
        }
        throw status == 200 ? .tooLong : .refused(status: status)
    }

    private var head: ClientRequestHead {
        var fields = RelayFields.standing(provider, key: key, hasBody: false)
        if fields["user-agent"] == nil { fields.append("user-agent", "gatehouse") }
        let url = upstream.settings.url
        return ClientRequestHead(
            method: .get,
            target: url.path + "/models",
            host: url.authority,
            fields: fields
        )
    }
}
