import TOML

/// One key of a section: its name, what it accepts, and the field it fills.
///
/// The default is the value that the field has in a new section.
struct Row<Subject> {
    /// The key.
    let name: String
    /// What is allowed, for messages.
    let noun: String
    /// Whether the key must be there.
    let isRequired: Bool
    /// Whether its value is left out of everything that is printed.
    let isHidden: Bool
    /// Fills the field from the file.
    let read: (TOMLValue, @escaping (String) -> String?, inout Subject) throws(Refusal) -> Void
    /// The field in TOML, or nil if it has no value.
    let text: (Subject) -> String?

    /// A row for the field at `path`.
    init<Value>(
        _ name: String,
        _ format: Format<Value>,
        _ path: WritableKeyPath<Subject, Value>,
        isRequired: Bool = false,
        isHidden: Bool = false,
    ) {
        self.name = name
        self.isRequired = isRequired
        self.isHidden = isHidden
        noun = format.noun
        read = { value, environment, subject throws(Refusal) in
            subject[keyPath: path] = try format.parse(value, environment)
        }
        text = { format.text($0[keyPath: path]) }
    }
}
