/// What breaks the rules of TOML in a text, and where.
package struct TOMLFault: Error, Equatable, Sendable {
    /// The place of the first character that is wrong.
    package let position: TOMLPosition
    /// What is wrong there.
    package let error: TOMLError
}
