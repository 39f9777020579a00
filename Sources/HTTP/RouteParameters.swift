/// What the parameters of a pattern stood for, percent-decoded.
///
///     "/v1/models/{id}" with "/v1/models/org%2Fname": ["id"] is "org/name"
package struct RouteParameters: Sendable {
    private(set) var entries: [(name: String, value: String)] = []

    /// The number of parameters.
    package var count: Int { entries.count }

    /// The value of a parameter; nil: the pattern has none of that name.
    package subscript(_ name: String) -> String? {
        entries.first { $0.name == name }?.value
    }

    mutating func append(_ name: String, _ value: String) {
        entries.append((name: name, value: value))
    }
}
