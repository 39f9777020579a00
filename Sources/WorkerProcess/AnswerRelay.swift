import Config
import Gateway
import HTTP
import Posix
import Transport

/// Passes an answer on to the client, whole or as a stream, and keeps the stream truthful.
///
/// The status waits for the first thing the provider says; if that takes too long a stream begins without it, and
/// failure then is an event of the stream. An end that the provider did not reach is never written. What the answer has
/// cost is written down before the last bytes go out; where the key wants it, an answer whose client has left is read on
/// for that alone.
final class AnswerRelay {
    /// Why there is no proper end.
    private enum Failure: Error {
        case clientGone
        case failed(GatewayError)
    }

    /// The most bytes of an answer that is not streamed.
    private static let wholeLimit = 16 << 20
    /// How much, and how long, is read for nobody.
    private static let drainBytes = 1 << 20
    private static let drainTime = Duration.seconds(60)

    private let answer: any Answer
    private var encoder: AnswerEncoder
    private let streams: Bool
    private let visit: Visit
    private let account: Account
    private let bridge: Configuration.Bridge
    private let streaming: Configuration.Streaming
    private var hasBegun = false
    /// When the provider first said something.
    private var spokeAt: Moment?
    /// Until when, and to how many bytes, the answer is read although the client has left; nil: it has not.
    private var drain: (end: Moment, bytes: Int)?
    /// What a whole answer consists of so far.
    private var held: [UInt8] = []

    @inline(never)
    init(
        _ answer: any Answer,
        _ call: ModelCall,
        _ profile: Profile,
        _ visit: Visit,
        _ account: Account,
    ) {
        self.answer = answer
        self.visit = visit
        self.account = account
        encoder = AnswerEncoder(
            request: call.request,
            id: call.id.answerID(for: call.request.form),
            startedAt: call.startedAt,
            profile: profile
        )
        streams = call.request.streams
        bridge = call.site.configuration.bridge
        streaming = call.site.configuration.streaming
    }

    /// - Throws: a failure before anything was sent.
    func run() async throws(GatewayError) {
        visit.exchange.onDisconnect { [unowned self] in clientLeaves() }
        visit.exchange.onInterrupt { [answer] in answer.interrupt(.failed(.shuttingDown)) }
        do throws(Failure) {
            while let event = try await nextEvent() {
                try await send(encoder.encode(event, at: WallClock.nanoseconds))
                try checkLength()
            }
            try await end()
        } catch {
            answer.cancel()
            guard case .failed(let error) = error, drain == nil else { return abandon() }
            close(.failed, error: error.code)
            if !hasBegun { throw error }
            visit.error = error
            try? await visit.exchange.send(encoder.failure(error))
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

    /// Nobody is there any more to read the answer.
    private func clientLeaves() {
        guard account.drains else { return answer.interrupt(.abandoned) }
        if drain == nil { drain = (.now + Self.drainTime, encoder.encodedBytes + Self.drainBytes) }
    }

    /// The provider's next event; nil at the end.
    ///
    /// A client that has left ends the answer too.
    private func nextEvent() async throws(Failure) -> AnswerEvent? {
        let silence = spokeAt == nil ? bridge.responseTimeout : bridge.streamGapTimeout
        let deadline = Moment.now + silence
        while true {
            if let drain, Moment.now >= drain.end || encoder.encodedBytes > drain.bytes { throw .clientGone }
            let rest = deadline - .now
            guard rest > .zero else { throw .failed(.upstreamTimeout) }
            guard let step = try await nextStep(min(rest, pause)) else {
                try await keepAlive(isOverdue: Moment.now >= deadline)
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
    private func checkLength() throws(Failure) {
        guard !streams, encoder.encodedBytes > Self.wholeLimit else { return }
        throw .failed(
            .agentFailed(message: "the answer is longer than \(Self.wholeLimit >> 20) MiB; ask for a stream")
        )
    }

    private func nextStep(_ limit: Duration) async throws(Failure) -> AnswerStep? {
        do throws(GatewayError) {
            return try await answer.next(atMost: limit)
        } catch {
            throw .failed(error)
        }
    }

    /// How long to wait for the provider before the client hears something of us.
    private var pause: Duration {
        // An answer that may be read for nobody is looked at now and then, for that has an end.
        guard canPing else { return .seconds(account.drains ? 1 : 3600) }
        return hasBegun ? streaming.heartbeatInterval : streaming.commitAfter
    }

    private var canPing: Bool { streams && visit.dialect == .openai }

    /// One newline: a comment that ends no event (it must not make a client dispatch one).
    private func keepAlive(isOverdue: Bool) async throws(Failure) {
        guard canPing, !isOverdue else { return }
        try await send(Array(": ping\n".utf8))
    }

    private func send(_ bytes: [UInt8]) async throws(Failure) {
        guard !bytes.isEmpty, drain == nil else { return }
        guard streams else { return held += bytes }
        if !hasBegun {
            hasBegun = true
            visit.exchange.startStream(200, visit.completed(streamFields))
        }
        do {
            try await visit.exchange.send(bytes)
        } catch {
            clientLeaves()
            if drain == nil { throw .clientGone }
        }
    }

    private func end() async throws(Failure) {
        guard drain == nil else { return abandon() }
        close(.completed)
        let rest = encoder.finish(at: WallClock.nanoseconds)
        try await send(rest)
        guard streams else { return visit.respond(200, ["content-type": encoder.contentType], held) }
        visit.exchange.finish()
    }

    private var streamFields: FieldList {
        ["content-type": encoder.contentType, "cache-control": "no-cache", "x-accel-buffering": "no"]
    }
}
