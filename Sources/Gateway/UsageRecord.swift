import Posix

/// One record of the usage journal: that a request began, or how it ended and what it cost.
///
/// A flat JSON object on one line. Members that are nil are left out; those that this version does not know are kept
/// and written again, behind the others. A higher `v` adds members, but neither phases nor outcomes.
///
///     {"v":1,"id":"req-00","at":1767225600000,"instance":"a1b2c3d4","key":"ci","model":"gpt","phase":"closed",
///      "attempts":1,"prompt_tokens":12,"completion_tokens":34,"cached_tokens":0,"tool_tokens":0,
///      "is_estimated":true,"first_ms":12.345,"total_ms":45.6,"finish":"stop","outcome":"completed"}
package struct UsageRecord: Equatable, Sendable {
    /// Which of the two records of a request it is.
    package enum Phase: String, CaseIterable, Sendable {
        /// Written before anything goes upstream; its tokens are what was reserved.
        case opened
        /// Written before the last bytes go to the client.
        case closed
    }

    /// How a request ended.
    package enum Outcome: String, CaseIterable, Sendable {
        /// The client got the whole answer.
        case completed
        /// The client got an error.
        case failed
        /// The client left first.
        case aborted
        /// The worker died first; only the store writes this.
        case lost
    }

    /// A member that a later version added.
    package struct Unknown: Equatable, Sendable {
        /// Its name, unescaped.
        package let name: String
        /// Its value as JSON, on one line.
        package let value: [UInt8]

        /// A member that is JSON already.
        package init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// The version of whoever wrote it.
    package var version = 1
    /// Whether the request began or ended.
    package var phase: Phase
    /// Our name of the request.
    package var id: String
    /// When the request began: milliseconds since 1970.
    package var at: Int
    /// Which daemon answered.
    package var instance: String
    /// The client's `x-request-id`; nil: it gave none.
    package var request: String?
    /// The name of the key; nil: none was asked for.
    package var key: String?
    /// The client's address; nil: it has none.
    package var client: String?
    /// The session that answered; nil: there was none.
    package var session: String?
    /// The form of the request; nil: unknown.
    package var dialect: String?
    /// Whom the request went to; nil: to nobody.
    package var provider: String?
    /// The model that the client asked for.
    package var model: String
    /// The model that the provider was asked for; nil: none was.
    package var served: String?
    /// How often a provider was asked.
    package var attempts = 0
    /// Tokens of the request.
    package var promptTokens = 0
    /// Tokens of the answer.
    package var completionTokens = 0
    /// Those of the request that the provider had cached.
    package var cachedTokens = 0
    /// Tokens that went into calls of tools.
    package var toolTokens = 0
    /// Whether the tokens were guessed from the length of the texts.
    package var isEstimated = false
    /// Microseconds to the first byte of the answer; nil: nothing came.
    package var firstMicroseconds: Int?
    /// Microseconds to the end; nil: it has not ended, or nobody saw it.
    package var totalMicroseconds: Int?
    /// The provider's reason to stop; nil: it gave none.
    package var finish: String?
    /// How it ended; nil exactly when it has not.
    package var outcome: Outcome?
    /// The code of the error that the client got; nil: none.
    package var error: String?
    /// Members of later versions, in their order.
    package var unknown: [Unknown] = []

    /// A request that begins.
    package init(opened id: String, at: Int, instance: String, model: String) {
        phase = .opened
        self.id = id
        self.at = at
        self.instance = instance
        self.model = model
    }

    /// A record that `serialized()` or a later version of it made.
    package init(parsing bytes: [UInt8]) throws(UsageRecordFault) {
        self = try UsageRecordHead(parsing: bytes).record()
    }

    /// The request of an opened record, ended this way.
    package func closed(_ outcome: Outcome) -> UsageRecord {
        var record = self
        record.close(outcome)
        return record
    }

    /// The same, in place.
    package mutating func close(_ outcome: Outcome) {
        phase = .closed
        self.outcome = outcome
    }

    /// The record as JSON, on one line, without the line's end.
    package func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        Pen.append(to: &bytes) { pen in
            writeRequest(with: &pen)
            writeAnswer(with: &pen)
        }
        return bytes
    }

    private func writeRequest(with pen: inout Pen) {
        UsageRecordHalf.writeRequest(
            version: version,
            id: id,
            at: at,
            instance: instance,
            request: request,
            key: key,
            client: client,
            session: session,
            dialect: dialect,
            provider: provider,
            model: model,
            served: served,
            with: &pen
        )
    }

    private func writeAnswer(with pen: inout Pen) {
        UsageRecordHalf.writeAnswer(
            phase: phase,
            attempts: attempts,
            promptTokens: promptTokens,
            completionTokens: completionTokens,
            cachedTokens: cachedTokens,
            toolTokens: toolTokens,
            isEstimated: isEstimated,
            firstMicroseconds: firstMicroseconds,
            totalMicroseconds: totalMicroseconds,
            finish: finish,
            outcome: outcome,
            error: error,
            unknown: unknown,
            with: &pen
        )
    }
}
