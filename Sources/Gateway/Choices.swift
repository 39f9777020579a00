import JSON

/// OpenAI's `choices` of a whole answer.
enum Choices {
    /// One choice whose message is text, given as JSON.
    static func text(_ content: some Sequence<UInt8>, finishReason: String) -> [UInt8] {
        choice(finishReason: finishReason) { $0.member("content", raw: content) }
    }

    /// One choice; `message` writes the members behind the role.
    static func choice(finishReason: String, message: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.array {
            $0.element(object: {
                $0.member("index", 0)
                $0.member(
                    "message",
                    object: {
                        $0.member("role", "assistant")
                        message(&$0)
                    }
                )
                $0.member("finish_reason", finishReason)
            })
        }
        return writer.bytes
    }

    /// The choices of an agent with the members that it may leave out: index, role and finish reason.
    static func completed(_ choices: JSONValue) -> [UInt8] {
        let bytes = Array(choices.raw)
        guard !choices.elements.allSatisfy(isComplete), let document = try? JSONDocument(parsing: bytes)
        else {
            return bytes
        }
        return document.replacing(document.root.elements.enumerated().flatMap(completions))
    }

    private static func isComplete(_ choice: JSONValue) -> Bool {
        choice["index"]?.int != nil && choice["finish_reason"]?.kind == .string
            && choice["message"]?["role"]?.kind == .string
    }

    private static func completions(_ index: Int, _ choice: JSONValue) -> [JSONEdit] {
        var edits: [JSONEdit] = []
        if choice["index"]?.int == nil {
            edits.append(.set(name: "index", in: choice, to: Array("\(index)".utf8)))
        }
        if let message = choice["message"], message["role"]?.kind != .string {
            edits.append(.set(name: "role", in: message, to: JSONWriter.quoted("assistant")))
        }
        if choice["finish_reason"]?.kind != .string {
            let hasCalls = choice["message"]?["tool_calls"]?.elements.isEmpty == false
            edits.append(
                .set(
                    name: "finish_reason",
                    in: choice,
                    to: JSONWriter.quoted(hasCalls ? "tool_calls" : "stop")
                )
            )
        }
        return edits
    }
}
