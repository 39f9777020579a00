import Config
import Gateway
import Posix
import Transport

/// What one request costs, as the journal has it: opened before anybody is asked, and closed once.
final class Account {
    /// Agents may give any reason to stop.
    private static let finishLimit = 64

    private let visit: Visit
    private let call: ModelCall
    private let journal: UsageJournal?
    private let instance: String
    private var session: String?
    private var tokens: Tokens
    /// Which request it is, spelled: the first half of both records.
    private var request: [UInt8] = []
    private var isOpen = false
    /// It was written down that the request begins, or nobody minds that it was not.
    private(set) var hasBegun = false
    private var wasOpened = false

    /// `journal`: nil, nothing is written down.
    init(_ visit: Visit, _ call: ModelCall, in journal: UsageJournal?, instance: String) {
        self.visit = visit
        self.call = call
        self.journal = journal
        self.instance = instance
        tokens = Tokens(reservedFor: call)
    }

    /// Names the session, before the request is opened.
    func belong(to session: String) { self.session = session }

    /// Writes down that the request begins, before anybody hears of it.
    ///
    /// - Throws: `.usageFull` if there is no place for that and `policy` wants it refused.
    func open(_ policy: Configuration.Store.WhenFull) throws(GatewayError) {
        if let journal {
            Pen.append(to: &request, writeRequest)
            wasOpened = journal.open(visit.ownName) { write(nil, with: &$0) }
            if !wasOpened, policy == .refuse { throw .usageFull }
        }
        (isOpen, hasBegun) = (true, true)
    }

    /// The tokens that the request has cost; until it is closed, what was reserved.
    var cost: Int { tokens.prompt + tokens.completion }

    /// Whether the answer is read to its end although the client has left.
    var drains: Bool { visit.principal.onAbort == .drain }

    /// Writes down how the request ended and what it cost, before the last bytes go out.
    ///
    /// `tally`: nil, nobody has said anything.
    func close(_ outcome: UsageRecord.Outcome, _ tally: Tally?, error: String? = nil) {
        guard isOpen else { return }
        isOpen = false
        if !keepsEstimate(outcome) { tokens = Tokens(spentOn: tally?.usage) }
        guard let journal else { return }
        let ending = Ending(
            outcome: outcome,
            firstMicroseconds: tally.map { $0.firstAt.microseconds(since: visit.begin) },
            totalMicroseconds: Moment.now.microseconds(since: visit.begin),
            finish: (tally?.finishReason).map(Self.cut),
            error: error
        )
        journal.close(visit.ownName, wasOpened: wasOpened) { write(ending, with: &$0) }
    }

    private func keepsEstimate(_ outcome: UsageRecord.Outcome) -> Bool {
        guard case .aborted = outcome else { return false }
        return visit.principal.onAbort == .estimate
    }

    private func writeRequest(with pen: inout Pen) {
        UsageRecordHalf.writeRequest(
            id: visit.ownName,
            at: Int(call.startedAt / 1_000_000),
            instance: instance,
            request: visit.givenName,
            key: visit.principal.keyID,
            client: visit.exchange.client,
            session: session,
            dialect: call.dialect.rawValue,
            provider: call.providerName,
            model: call.asked,
            served: call.model,
            with: &pen
        )
    }

    /// One of the two records; `ending`: nil, the request begins.
    private func write(_ ending: Ending?, with pen: inout Pen) {
        pen.write(request)
        UsageRecordHalf.writeAnswer(
            phase: ending == nil ? .opened : .closed,
            attempts: 1,
            promptTokens: tokens.prompt,
            completionTokens: tokens.completion,
            cachedTokens: tokens.cached,
            isEstimated: tokens.areEstimated,
            firstMicroseconds: ending?.firstMicroseconds,
            totalMicroseconds: ending?.totalMicroseconds,
            finish: ending?.finish,
            outcome: ending?.outcome,
            error: ending?.error,
            with: &pen
        )
    }

    private static func cut(_ reason: String) -> String {
        if reason.utf8.count <= finishLimit { return reason }
        return String(decoding: reason.utf8.prefix(finishLimit), as: UTF8.self)
    }
}

/// What a request costs.
private struct Tokens {
    let prompt: Int
    let completion: Int
    let cached: Int
    let areEstimated: Bool

    /// The most that it may come to, by estimate.
    init(reservedFor call: ModelCall) {
        prompt = call.promptTokens
        completion = call.expectedTokens - call.promptTokens
        cached = 0
        areEstimated = true
    }

    /// Those of an answer; nil: there was none, and it cost nothing.
    init(spentOn usage: Usage?) {
        prompt = usage?.promptTokens ?? 0
        completion = usage?.completionTokens ?? 0
        cached = usage?.cachedTokens ?? 0
        areEstimated = usage.map { !$0.isExact } ?? false
    }
}

/// How a request has ended; nil is left out of the record.
private struct Ending {
    let outcome: UsageRecord.Outcome
    let firstMicroseconds: Int?
    let totalMicroseconds: Int?
    let finish: String?
    let error: String?
}

/// What an answer has come to.
struct Tally {
    let usage: Usage
    let finishReason: String?
    /// When the first of it came.
    let firstAt: Moment
}

extension Moment {
    /// How long after another it is.
    func microseconds(since other: Moment) -> Int { Int((nanoseconds - other.nanoseconds) / 1000) }
}
