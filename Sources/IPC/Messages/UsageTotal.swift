/// What some requests cost together, as `usage` shows it.
package struct UsageTotal: Codable, Equatable, Sendable {
    /// The key's name, as for the others if it was asked for; nil: also requests without one.
    package var key: String?
    package var model: String?
    /// In UTC: `2026-01-31`.
    package var day: String?
    package var requests: Int
    package var promptTokens: Int
    package var completionTokens: Int
    package var cachedTokens: Int
    /// Requests whose tokens were guessed.
    package var estimated: Int
    package var failed: Int
    /// Requests whose client left.
    package var aborted: Int
    /// Requests whose worker died.
    package var lost: Int

    private enum CodingKeys: String, CodingKey {
        case key, model, day, requests
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case cachedTokens = "cached_tokens"
        case estimated, failed, aborted, lost
    }
}
