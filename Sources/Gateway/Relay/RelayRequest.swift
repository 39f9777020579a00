package import JSON

/// A request that is passed on in the format it came in: its bytes, and the little of them that decides anything here.
///
/// What is wrong with it is for whoever answers to say.
package struct RelayRequest: Sendable {
    /// What is asked for.
    package enum Kind: Equatable, Sendable, CaseIterable {
        case chat
        case completion
        case embedding

        /// Where it is asked for, behind the base of the API.
        package var path: String {
            switch self {
            case .chat: "/chat/completions"
            case .completion: "/completions"
            case .embedding: "/embeddings"
            }
        }

        /// What is asked for at that target; nil: nothing that is passed on.
        package init?(target: String) {
            let path = target.prefix { $0 != "?" }
            // Chat comes first: its path ends with that of completions.
            guard let kind = Self.allCases.first(where: { path.hasSuffix($0.path) }) else { return nil }
            self = kind
        }
    }

    /// What is asked for.
    package let kind: Kind
    /// The name of the model.
    package let model: String
    /// Whether a stream is asked for.
    package let streams: Bool
    /// Whether a stream is to end with its usage, as far as the client says.
    package let wantsUsage: Bool
    /// The longest answer that is wanted, in tokens, or nil if the client does not say.
    package let maxTokens: Int?
    /// How many answers are wanted.
    package let choices: Int
    private let document: JSONDocument

    /// The request in a body that names a model.
    package init(_ document: JSONDocument, _ kind: Kind, model: String) {
        self.document = document
        self.kind = kind
        self.model = model
        let root = document.root
        streams = root.bool("stream") ?? false
        let options = root["stream_options"]
        // What is no object is passed on, and refused by others.
        wantsUsage = options.map { $0.bool("include_usage") ?? ($0.kind != .object && !$0.isNull) } ?? false
        let longest = root.int("max_completion_tokens") ?? root.int("max_tokens")
        maxTokens = longest.flatMap { $0 > 0 ? $0 : nil }
        choices = max(1, root.int("n") ?? 1)
    }

    /// The Unicode scalars of all texts, and what tools take; a quarter is the estimate of their tokens.
    package var promptCharacters: Int {
        switch kind {
        case .chat:
            let messages = document.root["messages"].map { Conversation(messages: $0).characters } ?? 0
            return messages + (document.root["tools"]?.raw.count ?? 0)
        case .completion: return Self.characters(of: document.root["prompt"])
        case .embedding: return Self.characters(of: document.root["input"])
        }
    }

    /// The body for whoever answers: the client's, but for the model's name, and the question for the usage.
    package func body(model: String, asksForUsage: Bool) -> [UInt8] {
        var edits = namesThatMislead
        if model != self.model || !edits.isEmpty {
            edits.append(.set(name: "model", in: document.root, to: JSONWriter.quoted(model)))
        }
        if asksForUsage {
            if let options = document.root["stream_options"], options.kind == .object {
                edits.append(.set(name: "include_usage", in: options, to: Array("true".utf8)))
            } else {
                let options = Array(#"{"include_usage":true}"#.utf8)
                edits.append(.set(name: "stream_options", in: document.root, to: options))
            }
        }
        return edits.isEmpty ? document.bytes : document.replacing(edits)
    }

    /// What takes out members that some would take for the model, so that nobody gets another than was checked: twins of
    /// it, and names that differ in case only.
    private var namesThatMislead: [JSONEdit] {
        if document.root.isUnmistakable("model") { return [] }
        var own = 0
        var edits: [JSONEdit] = []
        for (name, _) in document.root.members where name.utf8.count == 5 {
            if name == "model" {
                own += 1
            } else if name.lowercased() == "model" {
                edits.append(.remove(name: name, in: document.root))
            }
        }
        // Written anew they are all the same.
        if own > 1 { edits.append(.set(name: "model", in: document.root, to: JSONWriter.quoted(model))) }
        return edits
    }

    /// The request with what could run in a browser taken out of its texts, as ``ChatRequest/sanitized()`` has it.
    ///
    /// - Throws: `.internalError` if that cannot be done.
    package func sanitized() throws(GatewayError) -> RelayRequest {
        let prompt = document.root["prompt"]
        let texts =
            (document.root["messages"].map { Conversation(messages: $0).texts } ?? [])
            + (prompt.map { $0.kind == .array ? Array($0.elements) : [$0] } ?? [])
        let edits = texts.filter { $0.kind == .string }.map { text in
            JSONEdit.replace(text, with: JSONWriter.quoted(Sanitizer.sanitized(text.string ?? "")))
        }
        guard let document = try? JSONDocument(parsing: document.replacing(edits)) else {
            throw .internalError
        }
        return RelayRequest(document, kind, model: model)
    }

    /// Of a string, or an array of them; a number in one is a token.
    private static func characters(of value: JSONValue?) -> Int {
        guard let value else { return 0 }
        guard value.kind == .array else { return TextLength.scalars(of: value) }
        return value.elements.reduce(0) { sum, element in
            switch element.kind {
            case .number: sum + 4
            case .array: sum + 4 * element.elements.count
            case .null, .bool, .string, .object: sum + TextLength.scalars(of: element)
            }
        }
    }
}
