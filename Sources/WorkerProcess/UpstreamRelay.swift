import Config
import Gateway
import HTTP
import JSON
import Posix
import Shared
import Transport

/// Passes a request on to a provider of the client's own format, and its answer back, byte by byte as it came.
///
/// Only what is no answer becomes one of ours: no connection, silence, something else than the format, an end before
/// the end, and whatever would show the provider's key.
final class UpstreamRelay {
    /// So much of an answer that is no stream is looked at before any of it goes out.
    private static let wholeLimit = 1 << 20
    /// As long is waited for the end of a body whose last event has come.
    private static let grace = Duration.milliseconds(100)

    private let request: RelayRequest
    private let remote: RemoteProvider
    private let call: ModelCall
    private let profile: Profile
    private let visit: Visit
    private let account: Account
    private var exchange: UpstreamExchange?
    private var stream = RelayedStream(removesUsage: false)
    private var whole: RelayedWhole?
    /// Those of the provider's answer that the client is to see.
    private var fields: FieldList = [:]
    /// What is to go out next.
    private var output: [UInt8] = []
    private var spokeAt: Moment?
    /// Where the request waits now; nil: it is through.
    private var place: WaitingRoom.Place?
    /// What it has got on the way there.
    private var permits: [(WaitingRoom, LimitPermit)] = []
    /// Why we ended the exchange ourselves; nil: the client has left.
    private var interruption: GatewayError?
    /// The client is told already that there is no proper end.
    private var hasToldFailure = false

    init(
        _ request: RelayRequest,
        to remote: RemoteProvider,
        _ call: ModelCall,
        _ profile: Profile,
        _ visit: Visit,
        _ account: Account,
    ) {
        self.request = request
        self.remote = remote
        self.call = call
        self.profile = profile
        self.visit = visit
        self.account = account
    }

    /// - Throws: a failure before anything was sent.
    func run() async throws(GatewayError) {
        let delivery = Delivery(
            visit,
            account,
            call.site.configuration.streaming,
            canPing: request.streams,
            fields: request.streams ? RelayFields.stream(profile) : [:],
            giveUp: { [unowned self] in giveUp() }
        )
        visit.exchange.onInterrupt { [unowned self] in
            interruption = .shuttingDown
            giveUp()
        }
        defer { for (room, permit) in permits { room.release(permit) } }
        do throws(Delivery.Failure) {
            try await waitForTurn(delivery)
            try await relay(delivery)
        } catch {
            exchange?.cancel()
            guard case .failed(let error) = error, !delivery.isDraining else { return abandon() }
            close(.failed, error: error.code)
            guard delivery.hasBegun else { throw error }
            visit.error = error
            guard !hasToldFailure else { return }
            try? await delivery.send(RelayFields.failure(error, profile))
            visit.exchange.finish()
        }
    }

    private func relay(_ delivery: Delivery) async throws(Delivery.Failure) {
        var asksForUsage = request.streams && !request.wantsUsage && remote.mustAskForUsage
        while true {
            let head = try await ask(asksForUsage, delivery)
            let isStream = head.status == 200 && head.isEventStream
            fields = RelayFields.answer(head.fields, limitsAreOurs: visit.permit != nil, isStream: isStream) {
                remote.isRevealed(in: $0.utf8)
            }
            visit.upstreamName = fields["x-request-id"]
            if isStream {
                stream = RelayedStream(removesUsage: asksForUsage)
                return try await relayStream(head, delivery)
            }
            let isWhole = try await collect(delivery)
            guard isWhole else { return try await relayLong(head, delivery) }
            guard asksForUsage, RelayedError.refusesStreamOptions(head.status, output) else {
                return try relayWhole(head, delivery)
            }
            remote.learnRefusal()
            (asksForUsage, output) = (false, [])
        }
    }

    private func giveUp() {
        exchange?.cancel()
        place?.giveUp()
    }

    /// Waits until the provider may be sent one more.
    private func waitForTurn(_ delivery: Delivery) async throws(Delivery.Failure) {
        for room in remote.rooms(for: call.asked) {
            let place = WaitingRoom.Place(on: remote.loop)
            self.place = place
            defer {
                room.leave(place)
                self.place = nil
            }
            let deadline = Moment.now + remote.provider.timeout
            while true {
                do throws(GatewayError) {
                    let rest = max(.zero, min(deadline - .now, delivery.pause))
                    if let permit = try await room.enter(place, within: rest) {
                        permits.append((room, permit))
                        break
                    }
                } catch {
                    throw .failed(error)
                }
                if place.isGone { throw failure(.cancelled) }
                try await waitOn(until: deadline, delivery)
            }
        }
    }

    // MARK: The exchange

    /// Puts the question, and waits for the head of the answer.
    private func ask(_ asksForUsage: Bool, _ delivery: Delivery) async throws(Delivery.Failure)
        -> ReceivedResponse
    {
        let head = remote.head(request.kind, model: call.model, from: visit.exchange.head.fields)
        let body = request.body(model: call.model, asksForUsage: asksForUsage)
        guard let exchange = try? remote.upstream.exchange(head, body: body) else {
            throw .failed(.internalError)
        }
        self.exchange = exchange
        let deadline = Moment.now + remote.provider.timeout
        while true {
            do throws(UpstreamFault) {
                let rest = deadline - .now
                if rest > .zero, let head = try await exchange.head(within: min(rest, delivery.pause)) {
                    return head
                }
            } catch {
                throw failure(error)
            }
            try await waitOn(until: deadline, delivery)
        }
    }

    /// The next bytes of the body, handed to `take`; false at its end.
    private func read(_ delivery: Delivery, _ take: (UnsafeRawBufferPointer) -> Void)
        async throws(Delivery.Failure) -> Bool
    {
        guard let exchange else { return false }
        let deadline = Moment.now + remote.provider.streamGapTimeout
        while true {
            do throws(UpstreamFault) {
                let rest = deadline - .now
                switch try await exchange.read(within: max(.zero, min(rest, delivery.pause)), take) {
                case .some: return true
                case .end: return false
                case .silence: break
                }
            } catch {
                throw failure(error)
            }
            try await waitOn(until: deadline, delivery)
        }
    }

    private func waitOn(until deadline: Moment, _ delivery: Delivery) async throws(Delivery.Failure) {
        try delivery.note(stream.count)
        guard Moment.now < deadline else { throw .failed(.upstreamTimeout) }
        try await delivery.keepAlive(isOverdue: false)
    }

    private func failure(_ fault: UpstreamFault) -> Delivery.Failure {
        let name = remote.provider.name
        switch fault {
        case .unknownHost, .unreachable, .insecure, .proxyRefused, .connectTimeout:
            return .failed(.providerUnreachable(name, reason: fault.description))
        case .sendTimeout: return .failed(.upstreamTimeout)
        case .noAnswer, .cut, .malformed: return .failed(.providerFailed(name, reason: fault.description))
        case .cancelled: return interruption.map { .failed($0) } ?? .clientGone
        }
    }

    // MARK: Streams

    private func relayStream(_ head: ReceivedResponse, _ delivery: Delivery) async throws(Delivery.Failure) {
        var hasMore = true
        while hasMore, !stream.isDone {
            hasMore = try await read(delivery) { stream.take($0, into: &output) }
            try delivery.note(stream.count)
            try await checkFault(delivery)
            guard stream.hasSpoken else { continue }
            if spokeAt == nil { spokeAt = .now }
            guard hasMore, !stream.isDone else { break }
            try await beginAndFlush(delivery)
        }
        let isFramed = head.isChunked || head.contentLength != nil
        if let reason = stream.incompleteness(isFramed: isFramed) {
            try await beginAndFlush(delivery)
            throw .failed(.providerFailed(remote.provider.name, reason: reason))
        }
        guard !delivery.isDraining else { return abandon() }
        close(.completed)
        try await beginAndFlush(delivery)
        if hasMore { await awaitEnd() }
        stream.finish(into: &output)
        try await flush(delivery)
        visit.exchange.finish()
    }

    /// What has been said goes out, and with it the status.
    private func beginAndFlush(_ delivery: Delivery) async throws(Delivery.Failure) {
        guard stream.hasSpoken else { return }
        delivery.begin(fields)
        try await flush(delivery)
    }

    private func flush(_ delivery: Delivery) async throws(Delivery.Failure) {
        guard delivery.hasBegun else { return }
        try await delivery.send(output)
        output.removeAll(keepingCapacity: output.capacity <= 4096)
    }

    /// An error among the events; one that comes first is told by a status.
    private func checkFault(_ delivery: Delivery) async throws(Delivery.Failure) {
        guard let fault = stream.fault else { return }
        let name = remote.provider.name
        switch fault {
        case .malformed(let reason):
            try await beginAndFlush(delivery)
            throw .failed(.providerFailed(name, reason: reason))
        case .error(let message):
            guard !remote.isRevealed(in: output), !remote.isRevealed(in: message.utf8) else {
                output = []
                throw .failed(
                    .providerFailed(name, reason: "it reported an error that is not to be repeated")
                )
            }
            try await beginAndFlush(delivery)
            if stream.hasSpoken {
                hasToldFailure = true
                visit.exchange.finish()
            }
            throw .failed(.providerFailed(name, reason: "it reported an error: \(message)"))
        }
    }

    /// Reads to the end of the body, so that the connection can be used again.
    private func awaitEnd() async {
        let end = Moment.now + Self.grace
        while let exchange, Moment.now < end {
            let reading = try? await exchange.read(within: Self.grace) { stream.take($0, into: &output) }
            if reading != .some { break }
        }
        exchange?.cancel()
    }

    // MARK: Whole answers

    /// Reads the body, as far as it is looked at; false: there is more of it.
    private func collect(_ delivery: Delivery) async throws(Delivery.Failure) -> Bool {
        while try await read(delivery, { output.append(contentsOf: $0) }) {
            if output.count > Self.wholeLimit { return false }
        }
        return true
    }

    private func relayWhole(_ head: ReceivedResponse, _ delivery: Delivery) throws(Delivery.Failure) {
        let name = remote.provider.name
        guard head.status == 200, !head.isEncoded else {
            return try relayError(head, delivery)
        }
        spokeAt = .now
        do throws(JSONError) {
            whole = try RelayedWhole(output)
        } catch {
            throw .failed(.providerFailed(name, reason: "its answer is no JSON object: \(error.description)"))
        }
        if let message = whole?.error {
            let isRevealing = remote.isRevealed(in: message.utf8)
            throw .failed(
                .providerFailed(name, reason: isRevealing ? "an error" : "it reported an error: \(message)")
            )
        }
        guard !delivery.hasBegun else {
            throw .failed(.providerFailed(name, reason: "it answered at once what was to be a stream"))
        }
        guard !delivery.isDraining else { return abandon() }
        close(.completed)
        visit.respond(200, fields, output)
    }

    /// Passes on what says that there is no answer, unless it says too much.
    private func relayError(_ head: ReceivedResponse, _ delivery: Delivery) throws(Delivery.Failure) {
        let relayed = RelayedError(
            status: head.status,
            body: head.isEncoded || remote.isRevealed(in: output) ? [] : output,
            of: remote.provider.name
        )
        guard relayed.isVerbatim, !delivery.hasBegun, !delivery.isDraining else {
            throw .failed(relayed.error)
        }
        close(.failed, error: relayed.error.code)
        visit.error = relayed.error
        visit.respond(
            head.status,
            fields,
            output
        )
    }

    /// An answer that is too long to be held back, such as many embeddings: passed on as it comes.
    private func relayLong(_ head: ReceivedResponse, _ delivery: Delivery) async throws(Delivery.Failure) {
        guard head.status == 200, !head.isEncoded, !delivery.hasBegun, !remote.isRevealed(in: output) else {
            throw .failed(.providerFailed(remote.provider.name, reason: "its answer is too long"))
        }
        spokeAt = .now
        // Half an answer of this kind ends with the connection, which says that it is half of one.
        hasToldFailure = true
        delivery.begin(fields)
        var tail = LongAnswerTail()
        var hasMore = true
        while hasMore {
            tail.take(output)
            try delivery.note(tail.count)
            try await flush(delivery)
            hasMore = try await read(delivery) { output.append(contentsOf: $0) }
        }
        tail.take(output)
        guard !delivery.isDraining else { return abandon() }
        longUsage = tail.usage
        close(.completed)
        try await flush(delivery)
        visit.exchange.finish()
    }

    private var longUsage: Usage?

    // MARK: Costs

    /// Writes down what the answer has come to; without anything said, nothing.
    private func close(_ outcome: UsageRecord.Outcome, error: String? = nil) {
        let prompt = call.promptTokens * 4
        visit.tally = spokeAt.map {
            let usage =
                longUsage ?? whole?.usage(promptCharacters: prompt) ?? stream.usage(promptCharacters: prompt)
            return Tally(usage: usage, finishReason: whole?.finishReason ?? stream.finishReason, firstAt: $0)
        }
        account.close(outcome, visit.tally, error: error)
    }

    private func abandon() {
        close(.aborted)
        visit.abandon()
    }
}

extension ReceivedResponse {
    fileprivate var isEventStream: Bool {
        contentType?.name == "text/event-stream"
    }

    /// Whether the body is compressed, though nobody has asked for that.
    fileprivate var isEncoded: Bool {
        fields["content-encoding"].map { $0.lowercased() != "identity" } ?? false
    }
}
