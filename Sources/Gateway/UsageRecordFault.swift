package import JSON

/// Why bytes are no usage record.
package enum UsageRecordFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// They are no JSON text.
    case notJSON(JSONError)
    /// They are JSON, but no object.
    case notObject
    /// A member that every record has is not there.
    case missing(member: String)
    /// A member has a value that it cannot have.
    case invalid(member: String)

    /// One line for the operator.
    package var description: String {
        switch self {
        case .notJSON(let error): "not JSON: \(error)"
        case .notObject: "not an object"
        case .missing(let member): "\(member) is missing"
        case .invalid(let member): "\(member) has a value that it cannot have"
        }
    }
}
