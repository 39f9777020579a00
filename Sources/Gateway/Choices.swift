import JSON

/// OpenAI's `choices` of a whole answer.
enum Choices {
    /// As many choices with the same message, which is text, given as JSON.
    static func text(_ content: some Sequence<UInt8>, finishReason: String, count: Int = 1) -> [UInt8] {
        var writer = JSONWriter()
        writer.array {
            for index in 0..<count {
                write(index, finishReason: finishReason, to: &$0) { $0.member("content", raw: content) }
            }
        }
        return writer.bytes
    }

    /// Adds one choice; `message` writes the members behind the role.
    static func write(
        _ index: Int,
        finishReason: String,
        to writer: inout JSONWriter,
        message: (inout JSONWriter) -> Void,
    ) {
        writer.element(object: {
            $0.member("index", index)
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

    /// The messages of all choices.
    static func messages(_ choices: [UInt8]) -> [WholeMessage] {
        guard let document = try? JSONDocument(parsing: choices) else { return [] }
        return document.root.elements.map(WholeMessage.init)
    }

    /// The Unicode scalars of all contents together, and the bytes of tool calls.
    static func characters(_ choices: [UInt8]) -> Int {
        messages(choices).reduce(0) { $0 + ($1.content.map(TextLength.scalars) ?? 0) + $1.calls.size }
    }

    /// The choices of an agent with the members that it may leave out: index, role and finish reason.
    static func completed(_ choices: JSONValue) -> [UInt8] {
        let bytes = Array(choices.raw)
        guard !choices.elements.enumerated().allSatisfy(isComplete),
            let document = try? JSONDocument(parsing: bytes)
        else {
            return bytes
        }
        return document.replacing(document.root.elements.enumerated().flatMap(completions))
    }

    private static func isComplete(_ index: Int, _ choice: JSONValue) -> Bool {
        choice["index"]?.int == index && choice["finish_reason"]?.kind == .string
            && choice["message"]?["role"]?.kind == .string
    }

    private static func completions(_ index: Int, _ choice: JSONValue) -> [JSONEdit] {
        var edits: [JSONEdit] = []
        if choice["index"]?.int != index {
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
