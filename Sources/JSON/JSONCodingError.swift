/// Why a message could not be encoded or decoded, and at which coding path: `configure.listeners[2].port`.
package enum JSONCodingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text is not JSON.
    case malformed(JSONError)
    /// Another kind of value was needed; `expected` names it: `a number`.
    case mismatch(path: String, expected: String)
    /// The member is absent.
    case missing(path: String)
    /// The number does not fit the type: too large, negative, or with a fraction.
    case outOfRange(path: String, type: String)
    /// JSON has no spelling for NaN and the infinities.
    case notFinite(path: String)
    /// The type itself refused to be encoded or decoded.
    case refused(path: String, reason: String)

    /// One line for a person: `configure.workers: expected a number`.
    package var description: String {
        switch self {
        case .malformed(let error): error.description
        case .mismatch(let path, let expected): sentence(path, "expected \(expected)")
        case .missing(let path): sentence(path, "missing")
        case .outOfRange(let path, let type): sentence(path, "does not fit \(type)")
        case .notFinite(let path): sentence(path, "not a finite number")
        case .refused(let path, let reason): sentence(path, reason)
        }
    }

    /// What any error thrown by a type's own coding becomes.
    static func wrapping(_ error: any Error, at path: JSONCodingPath) -> JSONCodingError {
        switch error {
        case let error as JSONCodingError: error
        case DecodingError.keyNotFound(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context):
            .refused(path: JSONCodingPath(context.codingPath).text, reason: context.debugDescription)
        case EncodingError.invalidValue(_, let context):
            .refused(path: JSONCodingPath(context.codingPath).text, reason: context.debugDescription)
        default: .refused(path: path.text, reason: String(describing: error))
        }
    }

    private func sentence(_ path: String, _ text: String) -> String {
        path.isEmpty ? text : "\(path): \(text)"
    }
}
