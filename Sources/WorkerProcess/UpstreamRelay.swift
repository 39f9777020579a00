import Config
import Gateway
import HTTP
import Posix
import Transport

/// Passes a request on to a provider of the client's own format, and its answer back, byte by byte as it came.
///
/// Only what is no answer becomes one of ours: no connection, silence, something else than the format, an end before
/// the end, and whatever would show the provider's key.
final class UpstreamRelay {
    private let call: ModelCall
    private let profile: Profile
    private let talk: UpstreamTalk
    private let delivery: Delivery
    /// Whether a stream is to end with its usage though the client has not asked for that.
    private let wantsUsage: Bool
    private var answer: (any RelayedAnswer)?

    init(
        _ request: RelayRequest,
        to remote: RemoteProvider,
        _ call: ModelCall,
        _ profile: Profile,
        _ visit: Visit,
        _ account: Account,
    ) {
        self.call = call
        self.profile = profile
        wantsUsage = request.streams && !request.wantsUsage
        let talk = UpstreamTalk(request, to: remote, call, from: visit.exchange.head.fields)
        self.talk = talk
        delivery = Delivery(
            visit,
            account,
            call.site.configuration.streaming,
            canPing: request.streams,
            fields: request.streams ? RelayFields.stream(profile) : [:],
            giveUp: { talk.giveUp() }
        )
    }

    private var visit: Visit { delivery.visit }
    private var remote: RemoteProvider { talk.remote }

    /// - Throws: a failure before anything was sent.
    func run() async throws(GatewayError) {
        visit.exchange.onInterrupt { [talk] in talk.giveUp(.shuttingDown) }
        defer { talk.end() }
        do throws(Delivery.Failure) {
            if talk.hasToWait { try await talk.waitForTurn(delivery) }
            try await relay()
            if delivery.isDraining { abandon() }
        } catch {
            guard case .failed(let error) = error, !delivery.isDraining else { return abandon() }
            close(.failed, error: error.code)
            guard delivery.hasBegun else { throw error }
            visit.error = error
            guard answer?.hasToldFailure != true else { return }
            try? await delivery.send(RelayFields.failure(error, profile))
            visit.exchange.finish()
        }
    }

    private func relay() async throws(Delivery.Failure) {
        var asksForUsage = wantsUsage && remote.mustAskForUsage
        var wasRefused = false
        while true {
            let head = try await talk.ask(forUsage: asksForUsage, delivery)
            // Else it was the request that was wrong, whatever the answer named.
            if wasRefused, head.status == 200 { remote.learnRefusal() }
            if head.status == 200, RelayFields.isEventStream(head.fields) {
                let stream = StreamRelay(
                    fields(head, isStream: true),
                    head,
                    talk,
                    delivery,
                    removesUsage: asksForUsage
                )
                answer = stream
                return try await stream.run { close(.completed) }
            }
            let whole = WholeRelay(fields(head, isStream: false), head, talk, delivery)
            answer = whole
            if try await whole.run(isUsageAskedFor: asksForUsage, { close($0, error: $1) }) { return }
            (asksForUsage, wasRefused) = (false, true)
        }
    }

    /// Those of the provider's answer that the client is to see.
    private func fields(_ head: ReceivedResponse, isStream: Bool) -> FieldList {
        let name = head.fields["x-request-id"]
        visit.upstreamName = name.flatMap { remote.isRevealed(in: Array($0.utf8)) ? nil : $0 }
        return RelayFields.answer(head.fields, limitsAreOurs: visit.permit != nil, isStream: isStream) {
            remote.isRevealed(in: $0)
        }
    }

    /// Writes down what the answer has come to; without anything said, nothing.
    private func close(_ outcome: UsageRecord.Outcome, error: String? = nil) {
        visit.tally = answer?.tally(promptCharacters: call.promptTokens * 4)
        delivery.account.close(outcome, visit.tally, error: error)
    }

    private func abandon() {
        close(.aborted)
        visit.abandon()
    }
}

/// An answer on its way through.
protocol RelayedAnswer: AnyObject {
    /// The client has been told already that there is no proper end, or will see that there is none.
    var hasToldFailure: Bool { get }

    /// What it has come to; nil: nothing was said.
    func tally(promptCharacters: Int) -> Tally?
}
