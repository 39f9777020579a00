/// What the two APIs say about one condition.
struct ErrorRow {
    let status: Int
    let ollamaStatus: Int
    let type: String
    let code: String
    let message: String
    /// Nil: the message is the same for both.
    var ollamaMessage: String?
    var parameter: String?
    var fields: [(name: String, value: String)] = []
    /// What the audit log calls it; nil: it is none of its business.
    var event: String?

    /// One status for both APIs.
    init(_ status: Int, _ type: String, _ code: String, _ message: String) {
        self.init(status, ollama: status, type, code, message)
    }

    init(_ status: Int, ollama: Int, _ type: String, _ code: String, _ message: String) {
        self.status = status
        ollamaStatus = ollama
        self.type = type
        self.code = code
        self.message = message
    }

    /// The row with a field of the answer's head.
    func with(_ name: String, _ value: String) -> ErrorRow {
        var row = self
        row.fields.append((name, value))
        return row
    }

    /// The row of something that belongs into the audit log.
    func audited(_ event: String) -> ErrorRow {
        var row = self
        row.event = event
        return row
    }

    /// The row of something that is worth asking again soon.
    var retryable: ErrorRow { with("retry-after", "2") }

    /// The row with the name of the field at fault.
    func about(_ parameter: String?, ollama message: String? = nil) -> ErrorRow {
        var row = self
        row.parameter = parameter
        row.ollamaMessage = message
        return row
    }
}
