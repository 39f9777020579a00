import JSON

/// What one endpoint can answer with.
struct OpenAPIResponses {
    private let row: Endpoint.Row
    private let operation: Operation
    private let profile: Profile

    init(_ row: Endpoint.Row, _ operation: Operation, _ profile: Profile) {
        self.row = row
        self.operation = operation
        self.profile = profile
    }

    func write(to writer: inout JSONWriter) {
        let good = content
        if !good.isEmpty { write(200, good, to: &writer) }
        for status in statuses { write(status, [(errorType, OpenAPI.reference(errorSchema))], to: &writer) }
    }

    private var content: [(mediaType: String, schema: String)] {
        let text = #"{"type":"string"}"#
        return switch operation.answer {
        case .json(let schema): [("application/json", OpenAPI.reference(schema))]
        case .jsonOrEvents(let schema):
            [("application/json", OpenAPI.reference(schema)), ("text/event-stream", "{}")]
        case .jsonOrLines(let schema): lines(schema)
        case .text(let mediaType): [(mediaType, text)]
        case .jsonOrText(let mediaType): [(mediaType, text), ("application/json", #"{"type":"object"}"#)]
        case .none: []
        }
    }

    private func lines(_ schema: String) -> [(mediaType: String, schema: String)] {
        let whole = ("application/json", OpenAPI.reference(schema))
        let type = String(profile.ollamaStreamContentType.prefix { $0 != ";" })
        // Some clients want lines to be called by the name of one of them.
        return type == whole.0 ? [whole] : [whole, (type, #"{"type":"string"}"#)]
    }

    /// Any may be refused for its form; a body, and a key, can be wrong in more ways.
    private var statuses: [Int] {
        var statuses = operation.refusals + [400, 403]
        if operation.request != nil { statuses += [408, 413, 415] }
        if operation.request != nil, row.dialect != .ollama { statuses += [profile.invalidFieldStatus] }
        if row.endpoint.chatForm != nil {
            let unknown = row.dialect == .ollama ? 404 : profile.unknownModelStatus
            statuses += [profile.agentFailureStatus, unknown]
        }
        if !row.scopes.isEmpty { statuses += [401, 429] }
        return Set(statuses).sorted()
    }

    private var errorType: String { row.dialect == .plain ? "text/plain" : "application/json" }

    private var errorSchema: String {
        switch row.dialect {
        case .openai: "Error"
        case .ollama: "OllamaError"
        case .plain: "Text"
        }
    }

    private func write(
        _ status: Int,
        _ content: [(mediaType: String, schema: String)],
        to writer: inout JSONWriter,
    ) {
        writer.member(
            String(status),
            object: {
                $0.member("description", status == 200 ? "The answer" : "Refused, or failed")
                $0.member(
                    "headers",
                    raw: #"{"x-request-id":{"required":true,"schema":{"type":"string"}}}"#.utf8
                )
                OpenAPI.writeContent(content, to: &$0)
            }
        )
    }
}
