import Config
package import JSON

/// Which usage to sum up, and by what: of `GET /v1/usage`, of `gatehousectl usage`, and to the store.
///
///     {"by":["key","day"],"from":1767225600000,"key":"ci"}
package struct UsageQuery: Equatable, Sendable {
    /// What sums can be told apart by.
    package enum Group: String, CaseIterable, Sendable {
        /// The name of the key.
        case key
        /// The model that was asked for.
        case model
        /// The day on which the request began, in UTC: `2026-01-01`.
        case day
    }

    /// Labels of the sums, in this order, each at most once; empty: one sum of all.
    package var groups: [Group]
    /// From this moment on, in milliseconds since 1970; nil: from the first.
    package var from: Int?
    /// Before this moment; nil: to the last.
    package var to: Int?
    /// Only of this key; nil: of all, and of requests without one.
    package var key: String?
    /// Only of this model; nil: of all.
    package var model: String?

    /// All usage, unless more is said.
    package init(
        by groups: [Group] = [],
        from: Int? = nil,
        to: Int? = nil,
        key: String? = nil,
        model: String? = nil,
    ) {
        self.groups = groups
        self.from = from
        self.to = to
        self.key = key
        self.model = model
    }

    /// What somebody has typed: `by` as `key,model,day`, moments as `2026-01-31` or `2026-01-31T12:00:00Z`.
    ///
    /// - Parameter parameter: The text of a parameter, nil if it is not given.
    /// - Throws: The first that cannot be used.
    package init(parameters parameter: (String) -> String?) throws(FieldFault) {
        groups = try Self.groups(parameter("by") ?? "key,model")
        from = try Self.moment(parameter("from"), "from")
        to = try Self.moment(parameter("to"), "to")
        key = parameter("key")
        model = parameter("model")
    }

    /// What ``serialized()`` has written; nil: it is none.
    package init?(_ value: JSONValue) {
        guard value.kind == .object else { return nil }
        groups = value["by"]?.elements.compactMap { $0.string.flatMap(Group.init) } ?? []
        from = value["from"]?.int
        to = value["to"]?.int
        key = value["key"]?.string
        model = value["model"]?.string
    }

    /// The query as JSON.
    package func serialized() -> [UInt8] {
        JSONWriter.object {
            $0.member("by", array: { for group in groups { $0.element(group.rawValue) } })
            if let from { $0.member("from", from) }
            if let to { $0.member("to", to) }
            if let key { $0.member("key", key) }
            if let model { $0.member("model", model) }
        }
    }

    private static func groups(_ text: String) throws(FieldFault) -> [Group] {
        var groups: [Group] = []
        for name in text.split(separator: ",") {
            guard let group = Group(rawValue: String(name)), !groups.contains(group) else {
                let names = Group.allCases.map(\.rawValue).joined(separator: ", ")
                throw FieldFault(
                    parameter: "by",
                    message: "must be some of \(names), with commas and each once"
                )
            }
            groups.append(group)
        }
        return groups
    }

    /// In milliseconds; nil: no text.
    private static func moment(_ text: String?, _ name: String) throws(FieldFault) -> Int? {
        guard let text else { return nil }
        guard let seconds = Configuration.moment(text), abs(seconds) < 1 << 40 else {
            let example = "a date such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z"
            throw FieldFault(parameter: name, message: "must be \(example)")
        }
        return seconds * 1000
    }
}
