import Config
import Gateway
import HTTP
import Posix
import Transport

/// Passes an answer on to the client in the client's dialect, whole or as a stream, and keeps the stream truthful.
///
/// An end that the provider did not reach is never written. What the answer has cost is written down before the last
/// bytes go out.
final class AnswerRelay {
    /// The most bytes of an answer that is not streamed.
    private static let wholeLimit = 16 << 20

    private let answer: any Answer
    private var encoder: AnswerEncoder
    private let streams: Bool
    private let visit: Visit
    private let account: Account
    private let delivery: Delivery
    private let bridge: Configuration.Bridge
    /// When the provider first said something.
    private var spokeAt: Moment?
    /// What a whole answer consists of so far.
    private var held: [UInt8] = []

    @inline(never)
    init(
        _ answer: any Answer,
        _ call: ModelCall,
        _ request: ChatRequest,
        _ profile: Profile,
        _ visit: Visit,
        _ account: Account,
    ) {
        self.answer = answer
        self.visit = visit
        self.account = account
        let encoder = AnswerEncoder(
            request: request,
            id: call.id.answerID(for: request.form),
            startedAt: call.startedAt,
            profile: profile
        )
        self.encoder = encoder
        streams = request.streams
        bridge = call.site.configuration.bridge
        delivery = Delivery(
            visit,
            account,
            call.site.configuration.streaming,
            canPing: streams && visit.dialect == .openai,
            fields: streams ? Self.streamFields(encoder) : [:],
            giveUp: { answer.interrupt(.abandoned) }
        )
    }

    /// - Throws: a failure before anything was sent.
    func run() async throws(GatewayError) {
        visit.exchange.onInterrupt { [answer] in answer.interrupt(.failed(.shuttingDown)) }
        do throws(Delivery.Failure) {
            while let event = try await nextEvent() {
                try await send(encoder.encode(event, at: WallClock.nanoseconds))
                try checkLength()
            }
            try await end()
        } catch {
            answer.cancel()
            guard case .failed(let error) = error, !delivery.isDraining else { return abandon() }
            close(.failed, error: error.code)
            if !delivery.hasBegun { throw error }
            visit.error = error
            try? await delivery.send(encoder.failure(error))
            visit.exchange.finish()
        }
    }

    /// Writes down what the answer has come to; without anything said, nothing.
    private func close(_ outcome: UsageRecord.Outcome, error: String? = nil) {
        visit.tally = spokeAt.map {
            Tally(usage: encoder.usage, finishReason: encoder.finishReason, firstAt: $0)
        }
        account.close(outcome, visit.tally, error: error)
    }

    private func abandon() {
        close(.aborted)
        visit.abandon()
    }

    /// The provider's next event; nil at the end.
    ///
    /// A client that has left ends the answer too.
    private func nextEvent() async throws(Delivery.Failure) -> AnswerEvent? {
        let silence = spokeAt == nil ? bridge.responseTimeout : bridge.streamGapTimeout
        let deadline = Moment.now + silence
        while true {
            try delivery.note(encoder.encodedBytes)
            let rest = deadline - .now
            guard rest > .zero else { throw .failed(.upstreamTimeout) }
            guard let step = try await nextStep(min(rest, delivery.pause)) else {
                try await delivery.keepAlive(isOverdue: Moment.now >= deadline)
                continue
            }
            switch step {
            case .event(let event):
                if spokeAt == nil { spokeAt = .now }
                return event
            case .ended: return nil
            case .abandoned: throw .clientGone
            case .failed(let error): throw .failed(error)
            }
        }
    }

    /// An answer that is collected has an end somewhere.
    private func checkLength() throws(Delivery.Failure) {
        guard !streams, encoder.encodedBytes > Self.wholeLimit else { return }
        throw .failed(
            .agentFailed(message: "the answer is longer than \(Self.wholeLimit >> 20) MiB; ask for a stream")
        )
    }

    private func nextStep(_ limit: Duration) async throws(Delivery.Failure) -> AnswerStep? {
        do throws(GatewayError) {
            return try await answer.next(atMost: limit)
        } catch {
            throw .failed(error)
        }
    }

    private func send(_ bytes: [UInt8]) async throws(Delivery.Failure) {
        guard !bytes.isEmpty, !delivery.isDraining else { return }
        guard streams else { return held += bytes }
        delivery.begin(Self.streamFields(encoder))
        try await delivery.send(bytes)
    }

    private func end() async throws(Delivery.Failure) {
        guard !delivery.isDraining else { return abandon() }
        close(.completed)
        let rest = encoder.finish(at: WallClock.nanoseconds)
        try await send(rest)
        guard streams else { return visit.respond(200, ["content-type": encoder.contentType], held) }
        visit.exchange.finish()
    }

    private static func streamFields(_ encoder: AnswerEncoder) -> FieldList {
        ["content-type": encoder.contentType, "cache-control": "no-cache", "x-accel-buffering": "no"]
    }
}
