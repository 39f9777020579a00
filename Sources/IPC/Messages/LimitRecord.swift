/// What one subject has used of its limits, as `limits` shows it.
package struct LimitRecord: Codable, Equatable, Sendable {
    /// `key ci`, `key ci at main`, `127.0.0.1`, `wrong keys 127.0.0.1`.
    package var name: String
    package var requests: Int
    /// A minute; nil: any number, as for the others.
    package var requestsLimit: Int?
    package var tokens: Int
    package var tokensLimit: Int?
    package var burst: Int?
    package var inFlight: Int
    package var inFlightLimit: Int?
    /// Until the window ends.
    package var resetsSeconds: Int

    package init(name: String, requests: Int, tokens: Int, inFlight: Int, resetsSeconds: Int) {
        self.name = name
        self.requests = requests
        self.tokens = tokens
        self.inFlight = inFlight
        self.resetsSeconds = resetsSeconds
    }

    private enum CodingKeys: String, CodingKey {
        case name, requests, tokens, burst
        case requestsLimit = "requests_limit"
        case tokensLimit = "tokens_limit"
        case inFlight = "in_flight"
        case inFlightLimit = "in_flight_limit"
        case resetsSeconds = "resets_seconds"
    }
}
