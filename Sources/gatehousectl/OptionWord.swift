/// Options as they are typed: `--name`, `--name VALUE` or `--name=VALUE`.
enum OptionWord {
    /// The name, and the value if the word has one.
    static func split(_ word: String) -> (name: String, value: String?) {
        guard word.hasPrefix("--"), let sign = word.firstIndex(of: "=") else { return (word, nil) }
        return (String(word[..<sign]), String(word[word.index(after: sign)...]))
    }

    /// The value that came with the option's name, else the next word.
    static func value(
        of name: String,
        _ value: String?,
        from rest: inout ArraySlice<String>,
    ) throws(UsageError) -> String {
        guard let value = value ?? rest.popFirst(), !value.isEmpty else { throw .missingValue(option: name) }
        return value
    }
}
