/// One row of the endpoint table.
package struct Route<Endpoint> {
    /// The method; a row for GET answers HEAD too.
    package let method: Method
    /// The path: "/v1/models", "/v1/models/{id}" (one segment), "/v1/models/{id...}" (all that is left).
    package let pattern: String
    /// The group by which a listener shows or hides the row.
    package let group: String
    /// Whether the row is for requests that ask to upgrade to WebSocket, and for no others.
    package let isWebSocket: Bool
    /// What a match gives.
    package let endpoint: Endpoint

    /// A row; its pattern is checked when the router is made.
    package init(
        _ method: Method,
        _ pattern: String,
        group: String,
        isWebSocket: Bool = false,
        endpoint: Endpoint
    ) {
        self.method = method
        self.pattern = pattern
        self.group = group
        self.isWebSocket = isWebSocket
        self.endpoint = endpoint
    }
}

extension Route: Sendable where Endpoint: Sendable {}
