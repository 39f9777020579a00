import Config
import Events
import Gateway
import HTTP
import Posix
import Shared
import Transport

/// The provider's side of a request that is passed on: its turn, the question, and the answer as it comes.
final class UpstreamTalk {
    /// As long is waited for the end of a body whose last event has come.
    private static let grace = Duration.milliseconds(100)

    let remote: RemoteProvider
    private let request: RelayRequest
    private let call: ModelCall
    private let client: Fields
    private var exchange: UpstreamExchange?
    /// Where the request waits now; nil: it is through.
    private var place: WaitingRoom.Place?
    /// What it has got on the way there.
    private var permits: [(WaitingRoom, LimitPermit)] = []
    private var isGivenUp = false
    /// Why we ended the exchange ourselves; nil: the client has left.
    private var interruption: GatewayError?

    /// `client`: the fields of the client's own request.
    init(_ request: RelayRequest, to remote: RemoteProvider, _ call: ModelCall, from client: Fields) {
        self.request = request
        self.remote = remote
        self.call = call
        self.client = client
    }

    /// Nobody wants the answer any more, or `reason` forbids it.
    func giveUp(_ reason: GatewayError? = nil) {
        isGivenUp = true
        interruption = reason ?? interruption
        exchange?.cancel()
        place?.giveUp()
    }

    /// Ends what has not ended, and lets the next request through.
    func end() {
        exchange?.cancel()
        for (room, permit) in permits { room.release(permit) }
        permits = []
    }

    /// Why there is no answer to be used.
    func failure(_ reason: String) -> Delivery.Failure {
        .failed(.providerFailed(remote.provider.name, reason: reason))
    }

    // MARK: Asking

    /// Whether the provider is to be sent only so many at a time.
    var hasToWait: Bool { remote.hasRooms }

    /// Waits until the provider may be sent one more.
    func waitForTurn(_ delivery: Delivery) async throws(Delivery.Failure) {
        for room in remote.rooms(for: call.asked) where !isGivenUp {
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
                if place.isGone || delivery.isDraining { throw failure(.cancelled) }
                try await waitOn(until: deadline, delivery)
            }
        }
    }

    /// Puts the question, and waits for the head of the answer.
    func ask(forUsage asksForUsage: Bool, _ delivery: Delivery) async throws(Delivery.Failure)
        -> ReceivedResponse
    {
        guard !isGivenUp, !delivery.isDraining else { throw failure(.cancelled) }
        let exchange = try question(asksForUsage)
        // The loop's time will do, here and below: all of these are counted in quarters of a second.
        let deadline = remote.loop.now + remote.provider.timeout
        while true {
            do throws(UpstreamFault) {
                let rest = deadline - remote.loop.now
                if rest > .zero, let head = try await exchange.head(within: min(rest, delivery.pause)) {
                    return head
                }
            } catch {
                throw failure(error)
            }
            try await waitOn(until: deadline, delivery)
        }
    }

    @inline(never)
    private func question(_ asksForUsage: Bool) throws(Delivery.Failure) -> UpstreamExchange {
        let body = request.body(model: call.model, asksForUsage: asksForUsage)
        let exchange = remote.exchange(
            request.kind,
            call,
            body: body,
            asksForUsage: asksForUsage,
            from: client
        )
        guard let exchange else { throw .failed(.internalError) }
        self.exchange = exchange
        return exchange
    }

    // MARK: Reading

    /// The next bytes of the body, handed to `take`; false at its end.
    func read(_ delivery: Delivery, _ take: (UnsafeRawBufferPointer) -> Void) async throws(Delivery.Failure)
        -> Bool
    {
        guard let exchange else { return false }
        let deadline = remote.loop.now + remote.provider.streamGapTimeout
        while true {
            do throws(UpstreamFault) {
                let rest = deadline - remote.loop.now
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

    /// Reads to the end of a body that is complete as it is, so that the connection can be used again.
    func awaitEnd(_ take: (UnsafeRawBufferPointer) -> Void) async {
        let end = Moment.now + Self.grace
        while let exchange, Moment.now < end {
            if (try? await exchange.read(within: Self.grace, take)) != .some { break }
        }
    }

    private func waitOn(until deadline: Moment, _ delivery: Delivery) async throws(Delivery.Failure) {
        try delivery.checkDrain()
        guard Moment.now < deadline else { throw .failed(.upstreamTimeout) }
        try await delivery.keepAlive(isOverdue: false)
    }

    private func failure(_ fault: UpstreamFault) -> Delivery.Failure {
        switch fault {
        case .unknownHost, .unreachable, .insecure, .proxyRefused, .connectTimeout:
            .failed(.providerUnreachable(remote.provider.name, reason: fault.description))
        case .sendTimeout: .failed(.upstreamTimeout)
        case .noAnswer, .cut, .malformed: failure(fault.description)
        case .cancelled: interruption.map { .failed($0) } ?? .clientGone
        }
    }
}
