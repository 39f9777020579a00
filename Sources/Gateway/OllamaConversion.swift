import JSON

/// Ollama's requests in OpenAI's form.
///
///     {"model":"m","prompt":"Hi","system":"Be brief","options":{"num_predict":5,"top_k":3},"format":"json"}
///     {"model":"m","messages":[{"role":"system","content":"Be brief"},{"role":"user","content":"Hi"}],
///      "stream":true,"max_tokens":5,"options":{"top_k":3},"response_format":{"type":"json_object"}}
enum OllamaConversion {
    /// The options that OpenAI has too, under the same names.
    private static let commonOptions = [
        "temperature", "top_p", "frequency_penalty", "presence_penalty", "seed", "stop",
    ]

    /// The members that are converted, and those of OpenAI that mean nothing in a request to Ollama.
    private static let ownMembers: Set<String> = [
        "model", "messages", "prompt", "system", "images", "stream", "options", "keep_alive", "format",
        "context",
        "raw", "template", "max_tokens", "max_completion_tokens", "temperature", "top_p", "frequency_penalty",
        "presence_penalty", "seed", "stop", "response_format", "n", "stream_options", "tool_choice",
        "logit_bias",
        "logprobs", "top_logprobs", "parallel_tool_calls", "user",
    ]

    /// The whole body, checked before; members that neither API knows go along.
    static func body(
        of request: FieldReader,
        options: FieldReader,
        maxTokens: Int?,
        _ messages: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        JSONWriter.object {
            if let model = request.member("model") { $0.member("model", raw: model.raw) }
            $0.member("messages", array: messages)
            $0.member("stream", request.member("stream")?.bool ?? true)
            if let maxTokens { $0.member("max_tokens", maxTokens) }
            append(options, to: &$0)
            if let format = request.member("format") { append(format: format, to: &$0) }
            guard let root = request.object else { return }
            for (name, value) in root.members where !ownMembers.contains(name) {
                $0.member(name, raw: value.raw)
            }
        }
    }

    /// The messages of `/api/chat`.
    static func appendMessages(_ messages: JSONValue?, to writer: inout JSONWriter) {
        guard let messages else { return }
        var conversion = OllamaMessageConversion()
        for message in messages.elements { conversion.append(message, to: &writer) }
    }

    /// Prompt, system prompt and images of `/api/generate` as messages.
    static func appendPrompt(_ request: FieldReader, to writer: inout JSONWriter) {
        if let system = request.member("system"), !system.isString("") {
            writer.element(object: {
                $0.member("role", "system")
                $0.member("content", raw: system.raw)
            })
        }
        let images = request.member("images")
        guard request.member("prompt") != nil || images != nil else { return }
        writer.element(object: {
            $0.member("role", "user")
            OllamaMessageConversion.appendContent(request.member("prompt"), images: images, to: &$0)
        })
    }

    /// Whether `format` is one: absent, empty, `"json"` or a schema.
    static func isFormat(_ format: JSONValue?) -> Bool {
        guard let format else { return true }
        return format.kind == .object || format.isString("json") || format.isString("")
    }

    private static func append(_ options: FieldReader, to writer: inout JSONWriter) {
        for name in commonOptions {
            if let value = options.member(name) { writer.member(name, raw: value.raw) }
        }
        guard let object = options.object else { return }
        let others = object.members.filter { $0.name != "num_predict" && !commonOptions.contains($0.name) }
        guard !others.isEmpty else { return }
        writer.member(
            "options",
            object: { for other in others { $0.member(other.name, raw: other.value.raw) } }
        )
    }

    private static func append(format: JSONValue, to writer: inout JSONWriter) {
        guard !format.isString("") else { return }
        writer.member(
            "response_format",
            object: {
                guard format.kind == .object else { return $0.member("type", "json_object") }
                $0.member("type", "json_schema")
                $0.member(
                    "json_schema",
                    object: {
                        $0.member("name", "answer")
                        $0.member("schema", raw: format.raw)
                    }
                )
            }
        )
    }
}
