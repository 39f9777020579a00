import TOML

extension Format where Value == [String: String] {
    /// A table of fields for the head of a request.
    static var headers: Self {
        let value = Format<String>.text("a text without control characters", Spelling.isPath)
        return Format(
            noun: "a table of field names and values",
            read: { given throws(Refusal) in
                guard case .table(let table) = given.value.kind else { throw given.mistyped() }
                var headers: [String: String] = [:]
                for entry in table.entries {
                    let name = entry.key.lowercased()
                    guard Spelling.isToken(name), !reserved.contains(name) else {
                        throw given.refusal("\(quoted(entry.key)) cannot be the name of a field here")
                    }
                    headers[name] = try value.parse(entry.value, given.environment)
                }
                return headers
            },
            text: { headers in
                let members = headers.sorted { $0.key < $1.key }.map { "\($0.key) = \(quoted($0.value))" }
                return "{\(members.joined(separator: ", "))}"
            },
        )
    }

    /// Those that follow from the request itself.
    private static var reserved: [String] {
        ["host", "content-length", "transfer-encoding", "connection", "accept-encoding", "content-type"]
    }
}
