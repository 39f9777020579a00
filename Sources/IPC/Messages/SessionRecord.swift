/// A session, as `sessions` shows it.
package struct SessionRecord: Codable, Equatable, Sendable {
    package var id: String
    /// `key ci`, `127.0.0.1`.
    package var principal: String
    package var model: String
    package var client: String
    package var ageSeconds: Int
    package var idleSeconds: Int
    /// Until it ends by itself.
    package var leftSeconds: Int
    package var requests: Int

    package init(
        id: String,
        principal: String,
        model: String,
        client: String,
        ageSeconds: Int,
        idleSeconds: Int,
        leftSeconds: Int,
        requests: Int
    ) {
        self.id = id
        self.principal = principal
        self.model = model
        self.client = client
        self.ageSeconds = ageSeconds
        self.idleSeconds = idleSeconds
        self.leftSeconds = leftSeconds
        self.requests = requests
    }

    private enum CodingKeys: String, CodingKey {
        case id, principal, model, client
        case ageSeconds = "age_seconds"
        case idleSeconds = "idle_seconds"
        case leftSeconds = "left_seconds"
        case requests
    }
}
