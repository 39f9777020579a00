/// A request whose usage has just been written, as `events` shows it.
package struct UsageEvent: Codable, Equatable, Sendable {
    /// Higher than that of all before.
    package var serial: Int
    package var id: String
    /// When the request began, in milliseconds since 1970.
    package var at: Int
    package var key: String?
    package var model: String
    package var provider: String?
    package var promptTokens: Int
    package var completionTokens: Int
    /// The tokens were guessed.
    package var isEstimated: Bool
    package var totalMilliseconds: Double?
    /// `completed`, `failed`, `aborted` or `lost`.
    package var outcome: String
    package var error: String?

    private enum CodingKeys: String, CodingKey {
        case serial, id, at, key, model, provider
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case isEstimated = "is_estimated"
        case totalMilliseconds = "total_ms"
        case outcome, error
    }
}
