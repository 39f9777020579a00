import Gateway
import HTTP
import Posix
import Transport

/// An answer that is a stream of events, on its way through.
final class StreamRelay: RelayedAnswer {
    private static let keptRoom = 4096
    /// The most bytes of comments that are held back.
    private static let commentLimit = 1 << 20

    private let fields: FieldList
    private let isFramed: Bool
    private let talk: UpstreamTalk
    private let delivery: Delivery
    private var stream: RelayedStream
    /// What is to go out next.
    private var output: [UInt8] = []
    private var spokeAt: Moment?
    private(set) var hasToldFailure = false

    /// `fields`: those of the answer that the client is to see.
    init(
        _ fields: FieldList,
        _ head: ReceivedResponse,
        _ talk: UpstreamTalk,
        _ delivery: Delivery,
        removesUsage: Bool
    ) {
        self.fields = fields
        self.talk = talk
        self.delivery = delivery
        delivery.fields = fields
        isFramed = head.isChunked || head.contentLength != nil
        stream = RelayedStream(removesUsage: removesUsage)
    }

    func tally(promptCharacters: Int) -> Tally? {
        spokeAt.map {
            let usage = stream.usage(promptCharacters: promptCharacters)
            return Tally(usage: usage, finishReason: stream.finishReason, firstAt: $0)
        }
    }

    /// `complete`: told before the last bytes go out.
    func run(_ complete: () -> Void) async throws(Delivery.Failure) {
        var hasMore = true
        while hasMore, !stream.isDone {
            hasMore = try await talk.read(delivery) { stream.take($0, into: &output) }
            if stream.fault != nil { try await fail() }
            let isSent = try passOn(isLast: !hasMore || stream.isDone)
            if !isSent { try await delivery.send([]) }
            if hasMore, !stream.isDone { try await delivery.keepAliveIfDue() }
        }
        try await end(hasMore: hasMore, complete)
    }

    /// What has come goes out, but for the last of it; false: there is no room for all of it now.
    private func passOn(isLast: Bool) throws(Delivery.Failure) -> Bool {
        try delivery.note(stream.count)
        guard stream.hasSpoken else {
            guard output.count <= Self.commentLimit else {
                throw talk.failure("it sends nothing but comments")
            }
            return true
        }
        if spokeAt == nil { spokeAt = .now }
        if isLast { return true }
        try checkSecret()
        delivery.begin(fields)
        let isSent = try delivery.sendNow(output)
        output.removeAll(keepingCapacity: output.capacity <= Self.keptRoom)
        return isSent
    }

    @inline(never)
    private func end(hasMore: Bool, _ complete: () -> Void) async throws(Delivery.Failure) {
        if let reason = stream.incompleteness(isFramed: isFramed) {
            try await flush()
            throw talk.failure(reason)
        }
        guard !delivery.isDraining else { return }
        complete()
        try await flush()
        if hasMore { await talk.awaitEnd { stream.take($0, into: &output) } }
        stream.finish(into: &output)
        try await flush()
        delivery.visit.exchange.finish()
    }

    /// What has been said goes out, and with it the status.
    private func flush() async throws(Delivery.Failure) {
        guard stream.hasSpoken else { return }
        try checkSecret()
        delivery.begin(fields)
        try await delivery.send(output)
        output.removeAll(keepingCapacity: output.capacity <= Self.keptRoom)
    }

    private func checkSecret() throws(Delivery.Failure) {
        guard output.withUnsafeBytes({ talk.remote.isRevealed(in: $0) }) else { return }
        output = []
        throw talk.failure("its answer is not to be repeated")
    }

    /// An error among the events; one that comes first is told by a status.
    private func fail() async throws(Delivery.Failure) {
        switch stream.fault {
        case nil: return
        case .malformed(let reason)?:
            try await flush()
            throw talk.failure(reason)
        case .error(let message)?:
            guard !talk.remote.isRevealed(in: output), !talk.remote.isRevealed(in: Array(message.utf8)) else {
                output = []
                throw talk.failure("it reported an error that is not to be repeated")
            }
            try await flush()
            if stream.hasSpoken {
                hasToldFailure = true
                delivery.visit.exchange.finish()
            }
            throw talk.failure("it reported an error: \(message)")
        }
    }
}
