import TOML

/// A value as it stands in the file, for a format to read.
struct Given {
    /// The value.
    let value: TOMLValue
    /// The environment for `${NAME}` in strings.
    let environment: (String) -> String?
    /// What is allowed, for messages.
    let noun: String

    /// The string with `${NAME}` replaced by the variable and `$${` by `${`.
    ///
    /// - Throws: If the value is no string, or a variable is not set or not named properly.
    func string() throws(Refusal) -> String {
        guard case .string(let raw) = value.kind else { throw mistyped() }
        var result = ""
        var rest = raw[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                result += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                result += try variable(at: &rest)
            } else {
                result += "$"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    /// A refusal because the value is of another type.
    func mistyped() -> Refusal {
        refusal("\(spelling) is \(value.noun); \(noun) is needed")
    }

    /// A refusal because the value lies outside of `range`.
    func outOfRange(_ range: String) -> Refusal {
        refusal("\(spelling) is out of range (\(range))")
    }

    /// A refusal because the value is not `noun`.
    func invalid() -> Refusal {
        refusal("\(spelling) is not \(noun)")
    }

    /// A refusal for any other reason, which follows the key in the message.
    func refusal(_ text: String) -> Refusal {
        Refusal(reasons: [Refusal.Reason(position: value.position, text: text)])
    }

    /// The value as in the file, variables not expanded, shortened if it is long.
    var spelling: String {
        let text = value.serialized()
        return text.count > 60 ? text.prefix(57) + "..." : text
    }

    private func variable(at rest: inout Substring) throws(Refusal) -> String {
        guard let end = rest.firstIndex(of: "}") else {
            throw refusal("'${' without '}'; write '$${' for a plain '${'")
        }
        let name = String(rest[..<end].dropFirst(2))
        guard Spelling.isVariable(name) else {
            throw refusal(
                "'\(name)' is not the name of an environment variable; write '$${' for a plain '${'"
            )
        }
        guard let value = environment(name) else {
            throw refusal("environment variable '\(name)' is not set")
        }
        rest = rest[end...].dropFirst()
        return value
    }
}
