package import Config
package import JSON

/// A request for an answer of a model, checked, whichever API it came by.
///
/// What the client wrote stays as bytes in OpenAI's form; only what decides is taken out.
package struct ChatRequest: Sendable {
    /// The endpoint it came by.
    package enum Form: Equatable, Sendable {
        case openAI
        case completion
        case ollamaChat
        case ollamaGenerate
    }

    /// What an Ollama client wants that sends no words.
    package enum Residency: String, Equatable, Sendable {
        case load
        case unload
    }

    /// The members that we write ourselves; the client's others go along.
    private static let ownMembers = [
        "type", "id", "session_id", "model", "messages", "stream", "max_tokens", "max_completion_tokens",
        "temperature",
    ]

    /// The endpoint it came by.
    package let form: Form
    /// The name of the model; not empty, otherwise unchecked.
    package let model: String
    /// Whether the answer is to be streamed.
    package let streams: Bool
    /// Whether a stream is to end with its usage.
    package let includesUsage: Bool
    /// What is to become of the model, if nothing is asked of it; nil: something is.
    package let residency: Residency?
    /// The longest answer that is wanted, in tokens, or nil if the client does not say.
    package let maxTokens: Int?
    /// How many answers are wanted; an agent that does not know of it gives one.
    package let choices: Int
    /// Whether the text of an answer begins with the prompt.
    private let echoes: Bool
    /// The messages.
    package private(set) var conversation: Conversation
    /// As the client spelled it; nil: the client does not say.
    private let temperature: JSONValue?
    private var document: JSONDocument

    /// A request that has come by an endpoint.
    ///
    /// - Throws: `.invalidFields` with every fault.
    package init(_ document: JSONDocument, as form: Form, limits: ChatLimits = .local) throws(GatewayError) {
        switch form {
        case .openAI: try self.init(document, .openAI, FieldFaults(), limits)
        case .completion:
            let request = try CompletionRequest(document.root, limits: limits)
            let converted = try Self.document(request.converted)
            try self.init(converted, .completion, request.faults, limits, echoes: request.echoes)
        case .ollamaChat: try self.init(OllamaRequest(chat: document.root, limits: limits), .ollamaChat)
        case .ollamaGenerate:
            try self.init(OllamaRequest(generate: document.root, limits: limits), .ollamaGenerate)
        }
    }

    /// A request of `POST /v1/chat/completions`.
    ///
    /// - Throws: `.notJSON`, or `.invalidFields` with every fault.
    package init(openAI body: [UInt8], limits: ChatLimits = .local) throws(GatewayError) {
        try self.init(Self.document(body), as: .openAI, limits: limits)
    }

    /// A request of `POST /v1/completions`.
    ///
    /// - Throws: `.notJSON`, or `.invalidFields` with every fault.
    package init(completion body: [UInt8], limits: ChatLimits = .local) throws(GatewayError) {
        try self.init(Self.document(body), as: .completion, limits: limits)
    }

    private init(
        _ document: JSONDocument,
        _ form: Form,
        _ known: FieldFaults,
        _ limits: ChatLimits,
        echoes: Bool = false,
    ) throws(GatewayError) {
        self.document = document
        let fields = FieldReader(object: document.root)
        var check = MessageCheck(limits: limits, isOllama: false, faults: known)
        model = fields.name("model", &check.faults)
        check.check(fields.member("messages"))
        streams = fields.bool("stream", &check.faults) ?? false
        let older = fields.count("max_tokens", limit: limits.maxTokens, &check.faults)
        maxTokens = fields.count("max_completion_tokens", limit: limits.maxTokens, &check.faults) ?? older
        temperature = fields.sampling(&check.faults)
        choices = fields.count("n", limit: limits.choices, &check.faults) ?? 1
        includesUsage = Self.includesUsage(fields, &check.faults)
        OptionCheck(fields: fields).check(&check.faults)
        try check.faults.check()
        self.form = form
        self.echoes = echoes
        residency = nil
        conversation = Conversation(messages: document.root["messages"] ?? document.root)
    }

    /// A request of `POST /api/chat`.
    ///
    /// - Throws: `.notJSON`, or `.invalidFields` with every fault.
    package init(ollamaChat body: [UInt8], limits: ChatLimits = .local) throws(GatewayError) {
        try self.init(Self.document(body), as: .ollamaChat, limits: limits)
    }

    /// A request of `POST /api/generate`.
    ///
    /// - Throws: `.notJSON`, or `.invalidFields` with every fault.
    package init(ollamaGenerate body: [UInt8], limits: ChatLimits = .local) throws(GatewayError) {
        try self.init(Self.document(body), as: .ollamaGenerate, limits: limits)
    }

    private init(_ request: OllamaRequest, _ form: Form) throws(GatewayError) {
        document = try Self.document(request.converted)
        self.form = form
        model = request.model
        streams = request.streams
        includesUsage = false
        residency = request.residency
        maxTokens = request.maxTokens
        choices = 1
        echoes = false
        temperature = document.root["temperature"]
        conversation = Conversation(messages: document.root["messages"] ?? document.root)
    }

    /// The request with what could run in a browser taken out of its messages' texts.
    ///
    /// - Throws: `.internalError` if that cannot be done.
    package func sanitized() throws(GatewayError) -> ChatRequest {
        let edits = conversation.texts.map { text in
            JSONEdit.replace(text, with: JSONWriter.quoted(Sanitizer.sanitized(text.string ?? "")))
        }
        guard let document = try? JSONDocument(parsing: document.replacing(edits)) else {
            throw .internalError
        }
        var request = self
        request.document = document
        request.conversation = Conversation(messages: document.root["messages"] ?? document.root)
        return request
    }

    /// What the text of an answer begins with besides, as JSON; nil: nothing.
    var echoed: [UInt8]? { echoes ? conversation.lastUserContent.map { Array($0.raw) } : nil }

    /// The dialect of the answer.
    package var dialect: Dialect {
        switch form {
        case .openAI, .completion: .openai
        case .ollamaChat, .ollamaGenerate: .ollama
        }
    }

    /// The Unicode scalars of the messages' contents, and what tools take; a quarter is the estimate of their tokens.
    package var promptCharacters: Int { conversation.characters + toolBytes }

    /// The length of the tools' descriptions.
    var toolBytes: Int { document.root["tools"]?.raw.count ?? 0 }

    /// The frame that asks an agent: `model_invoke`.
    ///
    /// Messages and unknown members are the client's bytes; a member of its own called `type`, `id` or `session_id`
    /// is left out.
    ///
    /// - Parameters:
    ///   - id: The request's name, by which the agent answers.
    ///   - sessionID: The conversation's name.
    ///   - model: The name that the agent knows the model by.
    ///   - row: The model's row, with what is asked for where the client does not say; nil: the defaults.
    /// - Returns: The text of the message.
    package func invocation(
        id: String,
        sessionID: String,
        model: String,
        row: Configuration.Model?
    ) -> [UInt8] {
        let row = row ?? Configuration.Model(name: model)
        var writer = JSONWriter(reservingCapacity: document.bytes.count + 256)
        writer.object {
            $0.member("type", "model_invoke")
            $0.member("id", id)
            $0.member("model", model)
            $0.member("messages", raw: conversation.messages.raw)
            $0.member("stream", streams)
            $0.member("max_tokens", maxTokens ?? row.maxTokens)
            appendTemperature(orElse: row.temperature, to: &$0)
            for (name, value) in document.root.members where !Self.ownMembers.contains(name) {
                $0.member(name, raw: value.raw)
            }
            $0.member("session_id", sessionID)
        }
        return writer.bytes
    }

    private func appendTemperature(orElse own: Double, to writer: inout JSONWriter) {
        guard let temperature else { return writer.member("temperature", own) }
        writer.member("temperature", raw: temperature.raw)
    }

    /// The body for a client that only wants the model loaded or unloaded, which it is here at all times.
    ///
    /// - Parameter now: Nanoseconds since 1970.
    /// - Returns: Nil if something is asked of the model.
    package func residencyAnswer(at now: Int64) -> [UInt8]? {
        residency.map { OllamaLine(self, startedAt: now).residency($0, at: now) }
    }

    private static func includesUsage(_ fields: FieldReader, _ faults: inout FieldFaults) -> Bool {
        guard let options = fields.member("stream_options") else { return false }
        guard options.kind == .object else {
            faults.add("stream_options", "must be an object")
            return false
        }
        let reader = FieldReader(object: options, prefix: "stream_options.")
        return reader.bool("include_usage", &faults) ?? false
    }

    /// The object that a body is.
    ///
    /// - Throws: `.notJSON`.
    package static func document(_ body: [UInt8]) throws(GatewayError) -> JSONDocument {
        guard !body.isEmpty else { throw .notJSON("it is empty") }
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: body)
        } catch {
            throw .notJSON(error.description)
        }
        guard document.root.kind == .object else { throw .notJSON("it is another value") }
        return document
    }
}
