import JSON

/// The message of a whole answer's first choice.
struct WholeMessage {
    /// The text; nil if there is none.
    let content: JSONValue?
    let calls: ToolCalls
    let finishReason: String

    init(_ choices: [UInt8]) {
        let choice = (try? JSONDocument(parsing: choices))?.root.elements.first
        let message = choice?["message"]
        content = message?["content"].flatMap { $0.kind == .string ? $0 : nil }
        var calls = ToolCalls()
        if let list = message?["tool_calls"] { calls.add(list) }
        self.calls = calls
        finishReason = choice?["finish_reason"]?.string ?? "stop"
    }
}
