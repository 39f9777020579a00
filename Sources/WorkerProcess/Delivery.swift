import Config
import Gateway
import HTTP
import Posix
import Transport

/// The client's side of an answer.
///
/// The status waits until there is something to say; if that takes too long a stream begins without it, and is kept
/// alive. Once the client has left, the answer is given up, or read on for its cost alone where the key wants it.
final class Delivery {
    /// Why there is no proper end.
    enum Failure: Error {
        case clientGone
        case failed(GatewayError)
    }

    /// How much, and how long, is read for nobody.
    private static let drainBytes = 1 << 20
    private static let drainTime = Duration.seconds(60)

    let visit: Visit
    let account: Account
    private let streaming: Configuration.Streaming
    /// Whether the client is one that takes pings, and a status that says nothing.
    private let canPing: Bool
    /// The fields of a stream that begins before anything was said.
    var fields: FieldList
    /// When the client last heard something.
    private var saidAt: Moment
    /// The status has gone out.
    private(set) var hasBegun = false
    /// Until when, and to how many bytes, the answer is read although the client has left; nil: it has not.
    private var drain: (end: Moment, bytes: Int)?
    /// The bytes of the answer so far.
    private var count = 0
    /// Ends the answer where it is made.
    private let giveUp: () -> Void

    init(
        _ visit: Visit,
        _ account: Account,
        _ streaming: Configuration.Streaming,
        canPing: Bool,
        fields: FieldList,
        giveUp: @escaping () -> Void,
    ) {
        self.visit = visit
        self.account = account
        self.streaming = streaming
        self.canPing = canPing
        self.fields = fields
        self.giveUp = giveUp
        saidAt = visit.begin
        visit.exchange.onDisconnect { [unowned self] in clientLeaves() }
    }

    /// Whether nobody is left to read the answer, and it is read all the same.
    var isDraining: Bool { drain != nil }

    /// How long to wait for the answer before ``keepAlive(isOverdue:)``.
    var pause: Duration {
        // An answer that may be read for nobody is looked at now and then, for that has an end.
        guard canPing else { return .seconds(account.drains ? 1 : 3600) }
        return hasBegun ? streaming.heartbeatInterval : streaming.commitAfter
    }

    /// Told how long the answer is by now.
    ///
    /// - Throws: when enough was read for nobody.
    func note(_ bytes: Int) throws(Failure) {
        count = bytes
        try checkDrain()
    }

    /// - Throws: when enough was read for nobody.
    func checkDrain() throws(Failure) {
        if let drain, Moment.now >= drain.end || count > drain.bytes { throw .clientGone }
    }

    /// One newline: a comment that ends no event (it must not make a client dispatch one).
    func keepAlive(isOverdue: Bool) async throws(Failure) {
        guard canPing, !isOverdue else { return }
        begin(fields)
        try await send(Array(": ping\n".utf8))
    }

    /// Keeps the client alive although the provider speaks: what it says is not for the client.
    func keepAliveIfDue() async throws(Failure) {
        guard canPing, drain == nil, Moment.now - saidAt >= pause else { return }
        try await keepAlive(isOverdue: false)
    }

    /// Begins a stream, unless it has begun.
    func begin(_ fields: FieldList) {
        guard !hasBegun, drain == nil else { return }
        hasBegun = true
        visit.exchange.startStream(200, visit.completed(fields))
    }

    /// Sends a piece of the stream as far as there is room for it now; false: the rest has to be sent with ``send(_:)``.
    func sendNow(_ bytes: [UInt8]) throws(Failure) -> Bool {
        guard !bytes.isEmpty, drain == nil else { return true }
        saidAt = .now
        do {
            return try visit.exchange.sendNow(bytes)
        } catch {
            clientLeaves()
            if drain == nil { throw .clientGone }
            return true
        }
    }

    /// Sends a piece of the stream.
    func send(_ bytes: [UInt8]) async throws(Failure) {
        guard drain == nil else { return }
        saidAt = .now
        do {
            try await visit.exchange.send(bytes)
        } catch {
            clientLeaves()
            if drain == nil { throw .clientGone }
        }
    }

    /// Nobody is there any more to read the answer.
    private func clientLeaves() {
        guard account.drains else { return giveUp() }
        if drain == nil { drain = (.now + Self.drainTime, count + Self.drainBytes) }
    }
}
