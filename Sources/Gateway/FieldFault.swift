/// What is wrong with one field of a request's body.
package struct FieldFault: Error, Equatable, Sendable {
    /// Where it stands, as a developer writes it: `messages[2].role`.
    package let parameter: String
    /// What it must be: `must be an integer from 1 to 8192`.
    package let message: String

    /// A fault of that field.
    package init(parameter: String, message: String) {
        self.parameter = parameter
        self.message = message
    }
}
