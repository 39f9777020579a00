/// Something that matters for who may do what here: a line of the audit log.
///
///     {"ts":"2026-01-31T12:00:00.000Z","event":"authentication","result":"refused","actor":"127.0.0.1",
///      "process":"worker:0","request_id":"req-…","detail":"invalid_api_key","count":1}
package struct AuditEvent: Codable, Equatable, Sendable {
    /// When it happened first: `2026-01-31T12:00:00.000Z`.
    package var ts: String
    /// `authentication`, `authorization`, `limit`, `session`, `agent`, `configuration`, `control`, `daemon`.
    package var event: String
    /// `refused`, `created`, `ended`, `connected`, `applied`: what became of it.
    package var result: String
    /// Who did it: `key ci`, `127.0.0.1`, `uid 1000`.
    package var actor: String
    /// The process that saw it; the supervisor fills it in.
    package var process: String?
    package var requestID: String?
    package var sessionID: String?
    /// What exactly, in a word or a sentence.
    package var detail: String?
    /// How often within a second; further ones have the ids of the first.
    package var count = 1

    package init(_ event: String, _ result: String, by actor: String, at ts: String) {
        self.event = event
        self.result = result
        self.actor = actor
        self.ts = ts
    }

    /// Whether it is the same thing once more.
    package func isLike(_ other: AuditEvent) -> Bool {
        event == other.event && result == other.result && actor == other.actor && detail == other.detail
    }

    private enum CodingKeys: String, CodingKey {
        case ts, event, result, actor, process
        case requestID = "request_id"
        case sessionID = "session_id"
        case detail, count
    }
}
