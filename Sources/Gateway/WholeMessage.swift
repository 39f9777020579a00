import JSON

/// The message of one choice of a whole answer.
struct WholeMessage {
    /// The text; nil if there is none.
    let content: JSONValue?
    let calls: ToolCalls
    let finishReason: String

    /// The message of the first choice.
    init(_ choices: [UInt8]) { self.init((try? JSONDocument(parsing: choices))?.root.elements.first) }

    init(_ choice: JSONValue?) {
        let message = choice?["message"]
        content = message?["content"].flatMap(Self.text)
        var calls = ToolCalls()
        if let list = message?["tool_calls"] { calls.add(list) }
        self.calls = calls
        finishReason = choice?["finish_reason"]?.string ?? "stop"
    }

    /// A string, or the texts of parts as one.
    private static func text(_ content: JSONValue) -> JSONValue? {
        guard content.kind == .array else { return content.kind == .string ? content : nil }
        let text = content.elements.compactMap { $0["text"]?.string }.joined()
        return (try? JSONDocument(parsing: JSONWriter.quoted(text)))?.root
    }
}
