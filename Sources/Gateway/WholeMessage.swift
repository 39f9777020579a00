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
        content = message?["content"].flatMap { $0.kind == .string ? $0 : nil }
        var calls = ToolCalls()
        if let list = message?["tool_calls"] { calls.add(list) }
        self.calls = calls
        finishReason = choice?["finish_reason"]?.string ?? "stop"
    }
}
