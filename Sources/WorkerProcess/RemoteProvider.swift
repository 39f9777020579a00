import Config
import Events
import Gateway
import HTTP
import Posix
import Shared
import Transport

/// A provider behind HTTP, as a worker knows it.
final class RemoteProvider {
    let provider: Configuration.Provider
    let upstream: Upstream
    private let key: String?
    /// What no client is to see: the key, and the credentials that the configuration has in other fields.
    private let searches: [SecretSearch]
    private var heads: [RelayRequest.Kind: SpelledRequestHead] = [:]
    /// Stores what is said; nil: nothing is stored.
    private let recorder: Recorder?
    /// Where requests wait for it, if it is to be sent only so many at a time.
    private let room: WaitingRoom?
    /// The same of single models, by the names that clients ask for.
    private let modelRooms: [String: WaitingRoom]
    /// What it says of its models; nil: the configuration names all that it serves.
    let inquiry: ModelInquiry?
    /// It has refused to be asked for the usage of a stream, and is not asked again.
    private var refusesStreamOptions = false

    init(
        _ provider: Configuration.Provider,
        key: String?,
        upstream: Upstream,
        recorder: Recorder?,
        room: WaitingRoom?,
        modelRooms: [String: WaitingRoom],
        inquiry: ModelInquiry?
    ) {
        self.provider = provider
        self.key = key
        searches = Self.searches(for: provider, key: key)
        self.upstream = upstream
        self.recorder = recorder
        self.room = room
        self.modelRooms = modelRooms
        self.inquiry = inquiry
    }

    /// Where a request for a model waits, one after the other.
    func rooms(for model: String) -> [WaitingRoom] { [modelRooms[model], room].compactMap(\.self) }

    /// Whether there may be any.
    var hasRooms: Bool { room != nil || !modelRooms.isEmpty }

    var loop: EventLoop { upstream.loop }

    /// Whether a stream has to be asked for its usage.
    var mustAskForUsage: Bool { provider.type.streamUsage == .onRequest && !refusesStreamOptions }

    /// Remembers that it refused to be asked; of what is replayed some was asked and some was not.
    func learnRefusal() { refusesStreamOptions = provider.type != .replay }

    /// A question to it, with what of the client's own fields is its business; nil: it cannot be spelled.
    ///
    /// `asksForUsage`: whether the wish for usage in the body is ours.
    func exchange(
        _ kind: RelayRequest.Kind,
        _ call: ModelCall,
        body: [UInt8],
        asksForUsage: Bool,
        from client: Fields
    ) -> UpstreamExchange? {
        var fields: FieldList = [:]
        RelayFields.pass(client, to: provider, into: &fields)
        if asksForUsage, provider.type == .replay { fields.append(Replay.asksForUsage, "1") }
        let exchange = try? upstream.exchange(head(kind, model: call.model), adding: fields, body: body)
        guard let recorder else { return exchange }
        var request = RecordedRequest(
            at: WallClock.timestamp(digits: 6),
            provider: provider.name,
            id: call.id.description,
            target: target(kind, model: call.model),
            body: body,
            asksForUsage: asksForUsage
        )
        request.keepFields(but: provider.headers.keys) { client[$0] }
        exchange?.observe = recorder.tape(request, secrets: secrets)
        return exchange
    }

    /// What no file may show: the key, and what the configuration adds that looks like one.
    private var secrets: [[UInt8]] {
        let words = provider.headers.values.flatMap { $0.split(separator: " ") }
        let likely = words.filter { $0.utf8.count >= 12 }.map { Array($0.utf8) }
        return (key.map { [Array($0.utf8)] } ?? []) + likely
    }

    /// What all requests of a kind begin with; with a model in the target, all of that model.
    private func head(_ kind: RelayRequest.Kind, model: String) throws(HTTPFault) -> SpelledRequestHead {
        if let head = heads[kind], !provider.type.hasDeployments { return head }
        let head = try SpelledRequestHead(
            ClientRequestHead(
                method: .post,
                target: target(kind, model: model),
                host: upstream.settings.url.authority,
                fields: RelayFields.standing(provider, key: key)
            )
        )
        heads[kind] = head
        return head
    }

    private func target(_ kind: RelayRequest.Kind, model: String) -> String {
        let base = upstream.settings.url.path
        guard provider.type.hasDeployments else { return base + kind.path }
        let name = PercentEncoding.segment(model)
        return "\(base)/openai/deployments/\(name)\(kind.path)?api-version=\(provider.apiVersion)"
    }

    /// Whether bytes that a client would see contain a secret of the provider's.
    func isRevealed(in bytes: UnsafeRawBufferPointer) -> Bool {
        for search in searches where search.isFound(in: bytes) { return true }
        return false
    }

    /// The same of an array.
    func isRevealed(in bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { isRevealed(in: $0) } }

    /// For what no client is to see of that provider's.
    static func searches(for provider: Configuration.Provider, key: String?) -> [SecretSearch] {
        ([key ?? ""] + credentials(in: provider.headers)).map { SecretSearch($0.utf8) }
    }

    /// Words of fields that are named like credentials: an organisation's name may be shown, and is, in errors.
    private static func credentials(in headers: [String: String]) -> [String] {
        let names = ["authorization", "cookie", "key", "secret", "token"]
        let values = headers.filter { name, _ in names.contains { name.lowercased().contains($0) } }.values
        return values.flatMap { $0.split(separator: " ") }.map(String.init).filter { $0.utf8.count >= 12 }
    }
}
