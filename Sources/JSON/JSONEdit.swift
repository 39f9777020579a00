/// A change of a document; the value it names must be one of that document.
///
/// The new bytes must be a JSON value: they are written as they are.
package enum JSONEdit: Sendable {
    /// Replaces the value of every member of this name, or appends the member if there is none.
    case set(name: String, in: JSONValue, to: [UInt8])
    /// Removes every member of this name, with its comma.
    case remove(name: String, in: JSONValue)
    /// Replaces one value.
    case replace(JSONValue, with: [UInt8])
}
