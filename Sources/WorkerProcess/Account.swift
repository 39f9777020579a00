import Config
import Gateway
import Posix
import Transport

/// What one request costs, as the journal has it: opened before anybody is asked, and closed once.
final class Account {
    /// Agents may give any reason to stop.
    private static let finishLimit = 64
    private static let usualBytes = 512

    private let journal: UsageJournal?
    private let begin: Moment
    private let onAbort: OnAbort
    private var record: UsageRecord
    /// The record that was written last; its first half is the next one's too.
    private var bytes: [UInt8] = []
    private var requestBytes = 0
    private var isOpen = false
    /// It was written down that the request begins, or nobody minds that it was not.
    private(set) var hasBegun = false
    private var wasOpened = false

    /// `journal`: nil, nothing is written down.
    init(_ visit: Visit, _ call: ModelCall, in journal: UsageJournal?, instance: String) {
        self.journal = journal
        begin = visit.begin
        onAbort = visit.principal.onAbort
        record = UsageRecord(
            opened: visit.ownName,
            at: Int(call.startedAt / 1_000_000),
            instance: instance,
            model: call.asked
        )
        record.request = visit.givenName
        record.key = visit.principal.keyID
        record.client = visit.exchange.client
        record.dialect = call.dialect.rawValue
        record.provider = call.providerName
        record.served = call.model
        record.attempts = 1
        reserve(call)
    }

    /// Names the session, before the request is opened.
    func belong(to session: String) { record.session = session }

    private func reserve(_ call: ModelCall) {
        record.promptTokens = call.promptTokens
        record.completionTokens = call.expectedTokens - record.promptTokens
        record.isEstimated = true
    }

    /// Writes down that the request begins, before anybody hears of it.
    ///
    /// - Throws: `.usageFull` if there is no place for that and `policy` wants it refused.
    func open(_ policy: Configuration.Store.WhenFull) throws(GatewayError) {
        if let journal {
            bytes.reserveCapacity(Self.usualBytes)
            record.appendRequest(to: &bytes)
            requestBytes = bytes.count
            record.appendAnswer(to: &bytes)
            wasOpened = journal.open(bytes, of: record.id)
            if !wasOpened, policy == .refuse { throw .usageFull }
        }
        (isOpen, hasBegun) = (true, true)
    }

    /// The tokens that the request has cost; until it is closed, what was reserved.
    var cost: Int { record.promptTokens + record.completionTokens }

    /// Whether the answer is read to its end although the client has left.
    var drains: Bool { onAbort == .drain }

    /// Writes down how the request ended and what it cost, before the last bytes go out.
    ///
    /// `tally`: nil, nobody has said anything.
    func close(_ outcome: UsageRecord.Outcome, _ tally: Tally?, error: String? = nil) {
        guard isOpen else { return }
        isOpen = false
        if !(outcome == .aborted && onAbort == .estimate) { record.take(tally?.usage) }
        guard let journal else { return }
        record.close(outcome)
        record.error = error
        record.totalMicroseconds = Self.microseconds(.now - begin)
        record.finish = (tally?.finishReason).map {
            String(decoding: $0.utf8.prefix(Self.finishLimit), as: UTF8.self)
        }
        record.firstMicroseconds = tally.map { Self.microseconds($0.firstAt - begin) }
        bytes.removeSubrange(requestBytes...)
        record.appendAnswer(to: &bytes)
        journal.close(bytes, of: record.id, wasOpened: wasOpened)
    }

    private static func microseconds(_ duration: Duration) -> Int { Int(duration.nanoseconds / 1000) }
}

/// What an answer has come to.
struct Tally {
    let usage: Usage
    let finishReason: String?
    /// When the first of it came.
    let firstAt: Moment
}

extension UsageRecord {
    /// Puts the cost of an answer in the place of what was reserved; nil: there was none, and it cost nothing.
    fileprivate mutating func take(_ usage: Usage?) {
        promptTokens = usage?.promptTokens ?? 0
        completionTokens = usage?.completionTokens ?? 0
        cachedTokens = usage?.cachedTokens ?? 0
        isEstimated = usage.map { !$0.isExact } ?? false
    }
}
