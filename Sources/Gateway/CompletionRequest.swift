import JSON

/// A request of OpenAI's older endpoint, checked and put into the form of a chat.
///
///     {"model":"m","prompt":"Once upon","max_tokens":5,"echo":true}
///     {"model":"m","messages":[{"role":"user","content":"Once upon"}],"max_tokens":5}
struct CompletionRequest {
    /// The members that are converted, and those that mean nothing to a chat.
    private static let ownMembers: Set<String> = [
        "model", "prompt", "messages", "echo", "best_of", "logprobs",
    ]

    /// The body of the same request to `/v1/chat/completions`.
    let converted: [UInt8]
    /// Whether the answer's text begins with the prompt.
    let echoes: Bool

    init(_ root: JSONValue, limits: ChatLimits) throws(GatewayError) {
        let fields = FieldReader(object: root)
        var faults = FieldFaults()
        let prompt = Self.prompt(fields, limits, &faults)
        fields.integer("logprobs", in: 0...5, &faults)
        fields.integer("best_of", in: 1...20, &faults)
        fields.string("suffix", &faults)
        echoes = fields.bool("echo", &faults) ?? false
        converted = JSONWriter.object {
            if let model = fields.member("model") { $0.member("model", raw: model.raw) }
            $0.member(
                "messages",
                array: {
                    $0.element(object: {
                        $0.member("role", "user")
                        $0.member("content", raw: prompt.map { Array($0.raw) } ?? Array(#""""#.utf8))
                    })
                }
            )
            for (name, value) in root.members where !Self.ownMembers.contains(name) {
                $0.member(name, raw: value.raw)
            }
        }
        self.faults = faults
    }

    /// What is wrong with the members that a chat does not have.
    let faults: FieldFaults

    /// Lists of one are what SDKs send for a string; of more, each would be a request of its own.
    private static func prompt(_ fields: FieldReader, _ limits: ChatLimits, _ faults: inout FieldFaults)
        -> JSONValue?
    {
        guard var prompt = fields.member("prompt") else {
            faults.add("prompt", "must be a string")
            return nil
        }
        if prompt.kind == .array, prompt.elements.count == 1, let only = prompt.elements.first {
            prompt = only
        }
        guard prompt.kind == .string else {
            faults.add("prompt", "must be a string, or an array of one")
            return nil
        }
        if TextLength.isLonger(prompt, than: limits.contentScalars) {
            faults.add("prompt", "must be at most \(limits.contentScalars) characters")
            return nil
        }
        return prompt
    }
}
