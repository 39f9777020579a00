import JSON

/// The answer to a request that failed.
package struct ErrorAnswer: Sendable {
    /// The status code.
    package let status: Int
    /// The kind of error, as OpenAI names kinds: `invalid_request_error`.
    package let type: String
    /// The condition: `model_not_found`.
    package let code: String
    /// One sentence that a developer can act on.
    package let message: String
    /// The field at fault, or nil if it is none.
    package let parameter: String?
    /// What the head of the answer says besides, names in lower case.
    package let fields: [(name: String, value: String)]

    /// What a client of that dialect is told.
    package init(_ error: GatewayError, for dialect: Dialect, profile: Profile) {
        let row = error.row(profile: profile)
        switch dialect {
        case .openai, .plain:
            status = row.status
            message = row.message
        case .ollama:
            status = row.ollamaStatus
            message = row.ollamaMessage ?? row.message
        }
        type = row.type
        code = row.code
        parameter = row.parameter
        fields = row.fields
    }

    /// The body in that dialect.
    package func body(for dialect: Dialect) -> [UInt8] {
        switch dialect {
        case .openai:
            JSONWriter.object {
                $0.member("error", object: write)
                // What older clients read.
                $0.member("detail", message)
            }
        case .ollama:
            JSONWriter.object(escapesLineSeparators: true) { $0.member("error", message) }
        case .plain:
            Array("\(message)\n".utf8)
        }
    }

    /// The Content-Type of the body in that dialect.
    package static func contentType(for dialect: Dialect) -> String {
        dialect == .plain ? "text/plain; charset=utf-8" : jsonType(for: dialect)
    }

    /// The Content-Type of JSON in that dialect.
    package static func jsonType(for dialect: Dialect) -> String {
        dialect == .ollama ? "application/json; charset=utf-8" : "application/json"
    }

    /// Writes OpenAI's members of `error`; its schema wants all four, null where there is nothing to say.
    func write(to writer: inout JSONWriter) {
        writer.member("message", message)
        writer.member("type", type)
        writer.member("param", parameter)
        writer.member("code", code)
    }
}
