import Config
import Gateway
import HTTP
import Posix
import Transport

/// An answer that is no stream, on its way through: looked at before any of it goes out, unless it is too long for that.
final class WholeRelay: RelayedAnswer {
    /// So much of it is held back.
    private static let limit = 1 << 20

    private let fields: FieldList
    private let head: ReceivedResponse
    private let talk: UpstreamTalk
    private let delivery: Delivery
    private var body: [UInt8] = []
    private var spokeAt: Moment?
    private var whole: RelayedWhole?
    private var tail: LongAnswerTail?
    private(set) var hasToldFailure = false

    /// `fields`: those of the answer that the client is to see.
    init(_ fields: FieldList, _ head: ReceivedResponse, _ talk: UpstreamTalk, _ delivery: Delivery) {
        self.fields = fields
        self.head = head
        self.talk = talk
        self.delivery = delivery
    }

    func tally(promptCharacters: Int) -> Tally? {
        guard let spokeAt else { return nil }
        if let whole {
            let usage = whole.usage(promptCharacters: promptCharacters)
            return Tally(usage: usage, finishReason: whole.finishReason, firstAt: spokeAt)
        }
        let guess = Usage(estimatedFromPrompt: promptCharacters, completion: tail?.count ?? 0)
        return Tally(usage: tail?.usage ?? guess, finishReason: nil, firstAt: spokeAt)
    }

    /// False: the answer is only that a stream's usage cannot be asked for, and nothing has gone out.
    ///
    /// `complete`: told what became of it, and the code of the error, before the last bytes go out.
    func run(isUsageAskedFor: Bool, _ complete: (UsageRecord.Outcome, String?) -> Void)
        async throws(Delivery.Failure) -> Bool
    {
        guard try await collect() else {
            try await relayLong(complete)
            return true
        }
        if isUsageAskedFor, RelayedError.refusesStreamOptions(head.status, body) { return false }
        if head.status == 200, !head.isEncoded {
            try check()
            guard !delivery.isDraining else { return true }
            complete(.completed, nil)
        } else {
            complete(.failed, try error().code)
        }
        delivery.visit.respond(head.status, fields, body)
        return true
    }

    /// Reads the body, as far as it is looked at; false: there is more of it.
    private func collect() async throws(Delivery.Failure) -> Bool {
        while try await talk.read(delivery, { body.append(contentsOf: $0) }) {
            try delivery.note(body.count)
            if body.count > Self.limit { return false }
        }
        return true
    }

    private func check() throws(Delivery.Failure) {
        spokeAt = .now
        guard !body.withUnsafeBytes({ talk.remote.isRevealed(in: $0) }) else {
            throw talk.failure("its answer is not to be repeated")
        }
        guard let whole = RelayedWhole(body) else { throw talk.failure("its answer is no JSON object") }
        self.whole = whole
        if let message = whole.error {
            throw talk.failure("it reported an error: \(message)")
        }
        guard !delivery.hasBegun else {
            throw talk.failure("it answered at once what was to be a stream")
        }
    }

    /// What the body says went wrong, if it can be passed on as it is.
    private func error() throws(Delivery.Failure) -> GatewayError {
        let relayed = RelayedError(
            status: head.status,
            body: head.isEncoded || talk.remote.isRevealed(in: body) ? [] : body,
            of: talk.remote.provider.name
        )
        guard relayed.isVerbatim, !delivery.hasBegun, !delivery.isDraining else {
            throw .failed(relayed.error)
        }
        delivery.visit.error = relayed.error
        return relayed.error
    }

    /// Passed on as it comes, such as many embeddings.
    private func relayLong(_ complete: (UsageRecord.Outcome, String?) -> Void)
        async throws(Delivery.Failure)
    {
        guard head.status == 200, !head.isEncoded, !delivery.hasBegun, !talk.remote.isRevealed(in: body)
        else {
            throw talk.failure("its answer is too long")
        }
        spokeAt = .now
        // Half an answer of this kind ends with the connection, which says that it is half of one.
        hasToldFailure = true
        delivery.begin(fields)
        tail = LongAnswerTail()
        var hasMore = true
        while hasMore {
            tail?.take(body)
            try delivery.note(tail?.count ?? 0)
            try await delivery.send(body)
            body.removeAll(keepingCapacity: true)
            hasMore = try await talk.read(delivery) { body.append(contentsOf: $0) }
        }
        tail?.take(body)
        guard !delivery.isDraining else { return }
        complete(.completed, nil)
        try await delivery.send(body)
        delivery.visit.exchange.finish()
    }
}

extension ReceivedResponse {
    /// Whether the body is compressed, though nobody has asked for that.
    fileprivate var isEncoded: Bool {
        fields["content-encoding"].map { $0.lowercased() != "identity" } ?? false
    }
}
