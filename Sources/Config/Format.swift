import TOML

/// How the values of one key are written: from the file into a field, and back.
struct Format<Value> {
    /// What is allowed, for messages: `an integer (0 to 64)`.
    let noun: String
    /// Reads the value from the file, or says why it cannot be had.
    let read: (Given) throws(Refusal) -> Value
    /// The value in TOML, or nil for no value.
    let text: (Value) -> String?

    /// The field's value for `value` in the file.
    func parse(_ value: TOMLValue, _ environment: @escaping (String) -> String?) throws(Refusal) -> Value {
        try read(Given(value: value, environment: environment, noun: noun))
    }

    /// The same, but for a field that is nil where the file has no such key.
    func optional() -> Format<Value?> {
        Format<Value?>(
            noun: noun,
            read: { given throws(Refusal) in try read(given) },
            text: { value in value.flatMap(text) },
        )
    }

    /// The same, but nil for values for which `isNone` holds; it is written as `noneText`.
    func none(_ noneText: String, _ isNone: @escaping (Given) throws(Refusal) -> Bool) -> Format<Value?> {
        Format<Value?>(
            noun: noun,
            read: { given throws(Refusal) in try isNone(given) ? nil : try read(given) },
            text: { value in value.flatMap(text) ?? noneText },
        )
    }

    /// An array of such values.
    func list(_ noun: String) -> Format<[Value]> {
        Format<[Value]>(
            noun: noun,
            read: { given throws(Refusal) in try elements(of: given) },
            text: { values in "[" + values.compactMap(text).joined(separator: ", ") + "]" },
        )
    }

    private func elements(of given: Given) throws(Refusal) -> [Value] {
        guard case .array(let values) = given.value.kind else { throw given.mistyped() }
        var elements: [Value] = []
        var refusal = Refusal(reasons: [])
        for value in values {
            do throws(Refusal) {
                elements.append(try parse(value, given.environment))
            } catch {
                refusal.reasons += error.reasons
            }
        }
        guard refusal.reasons.isEmpty else { throw refusal }
        return elements
    }
}
