import TOML

extension Format where Value == String {
    /// A string that `isValid` accepts; `noun` says which those are.
    static func text(_ noun: String, _ isValid: @escaping (String) -> Bool) -> Self {
        Format(
            noun: noun,
            read: { given throws(Refusal) in
                let text = try given.string()
                guard isValid(text) else { throw given.invalid() }
                return text
            },
            text: quoted,
        )
    }

    /// A string that `isValid` accepts and messages never repeat, because a secret may have been put there.
    static func hidden(_ noun: String, _ isValid: @escaping (String) -> Bool) -> Self {
        Format(
            noun: noun,
            read: { given throws(Refusal) in
                guard case .string = given.value.kind else { throw given.refusal("the value is not \(noun)") }
                let text = try given.string()
                guard isValid(text) else { throw given.refusal("the value is not \(noun)") }
                return text
            },
            text: quoted,
        )
    }

    /// The name of a listener, a key or a provider.
    static var name: Self {
        text("a name of 1 to 64 letters, digits, '.', '_', '-' or '@'", Spelling.isName)
    }

    /// The name of a model.
    static var model: Self {
        text("a model's name (1 to 256 bytes, no blanks)", Spelling.isModel)
    }

    /// The name of a model, or `"*"` for all of them.
    static var modelOrAll: Self {
        text("\"*\" or a model's name (1 to 256 bytes, no blanks)") { $0 == "*" || Spelling.isModel($0) }
    }

    /// The path of a file.
    static var path: Self {
        text("a path", Spelling.isPath)
    }

    /// The name of an environment variable.
    static var variable: Self {
        hidden("the name of an environment variable (letters, digits and '_')", Spelling.isVariable)
    }

    /// The same, but folded to lower case.
    func lowercased() -> Self {
        Format(
            noun: noun,
            read: { given throws(Refusal) in try read(given).lowercased() },
            text: text,
        )
    }

    /// The same, but `""` becomes nil.
    func orNone() -> Format<String?> {
        none("\"\"") { given throws(Refusal) in try given.string().isEmpty }
    }
}

/// `text` as a TOML string.
func quoted(_ text: String) -> String {
    TOMLValue(kind: .string(text), position: TOMLPosition(line: 1, column: 1)).serialized()
}
