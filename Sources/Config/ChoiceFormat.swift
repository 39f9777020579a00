extension Format where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the names of the cases.
    static var choice: Self {
        let names = Value.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        return Format(
            noun: "one of \(names)",
            read: { given throws(Refusal) in
                guard let value = Value(rawValue: try given.string()) else { throw given.invalid() }
                return value
            },
            text: { "\"\($0.rawValue)\"" },
        )
    }
}

extension Format where Value == [Configuration.Listener.Group] {
    /// Names of groups; `"*"` is all of them.
    static var groups: Self {
        let all = Configuration.Listener.Group.allCases
        let names = all.map(\.rawValue)
        let noun = "one of \"*\", " + names.map { "\"\($0)\"" }.joined(separator: ", ")
        let list = Format<String>.text(noun) { $0 == "*" || names.contains($0) }
            .list("an array of \"*\", " + names.map { "\"\($0)\"" }.joined(separator: ", "))
        return Format(
            noun: list.noun,
            read: { given throws(Refusal) in
                let chosen = try list.read(given)
                return chosen.contains("*") ? all : all.filter { chosen.contains($0.rawValue) }
            },
            text: { $0 == all ? "[\"*\"]" : list.text($0.map(\.rawValue)) },
        )
    }
}

extension Format where Value == Configuration.Names {
    /// Names of models; `"*"` is all of them.
    static var names: Self {
        let list = Format<String>.modelOrAll.list("an array of model names, or [\"*\"]")
        return Format(
            noun: list.noun,
            read: { given throws(Refusal) in
                let names = try list.read(given)
                return names.contains("*") ? .all : .only(names)
            },
            text: { names in
                switch names {
                case .all: "[\"*\"]"
                case .only(let names): list.text(names)
                }
            },
        )
    }
}
