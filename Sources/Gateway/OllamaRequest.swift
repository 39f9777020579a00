import JSON

/// A request of one of Ollama's two endpoints, checked and put into OpenAI's form.
struct OllamaRequest {
    /// Ollama itself has no limit.
    private static let stopLimit = 64

    let model: String
    let streams: Bool
    let residency: ChatRequest.Residency?
    let maxTokens: Int?
    /// The body of the same request to `/v1/chat/completions`.
    let converted: [UInt8]

    /// A request of `/api/chat`.
    init(chat root: JSONValue, limits: ChatLimits) throws(GatewayError) {
        var check = MessageCheck(limits: limits, isOllama: true)
        let messages = FieldReader(object: root).member("messages")
        if let messages { check.check(messages) }
        try self.init(root, isSilent: messages?.elements.isEmpty ?? true, limits, check.faults) {
            OllamaConversion.appendMessages(messages, to: &$0)
        }
    }

    /// A request of `/api/generate`.
    init(generate root: JSONValue, limits: ChatLimits) throws(GatewayError) {
        var faults = FieldFaults()
        let fields = FieldReader(object: root)
        for name in ["prompt", "system"] {
            guard let text = fields.member(name) else { continue }
            if text.kind != .string {
                faults.add(name, "must be a string")
            } else if TextLength.isLonger(text, than: limits.contentScalars) {
                faults.add(name, "must be at most \(limits.contentScalars) characters")
            }
        }
        let images = fields.member("images")
        if let images, images.kind != .array || images.elements.contains(where: { $0.kind != .string }) {
            faults.add("images", "must be an array of base64 strings")
        }
        let isSilent = (fields.member("prompt")?.isString("") ?? true) && images?.elements.isEmpty ?? true
        try self.init(root, isSilent: isSilent, limits, faults) {
            OllamaConversion.appendPrompt(fields, to: &$0)
        }
    }

    private init(
        _ root: JSONValue,
        isSilent: Bool,
        _ limits: ChatLimits,
        _ known: FieldFaults,
        messages: (inout JSONWriter) -> Void
    ) throws(GatewayError) {
        var faults = known
        let fields = FieldReader(object: root)
        model = fields.name("model", &faults)
        streams = fields.bool("stream", &faults) ?? true
        let options = Self.options(fields, &faults)
        _ = options.sampling(&faults)
        options.integer("seed", in: nil, &faults)
        OptionCheck(fields: options).checkStop(&faults, limit: Self.stopLimit)
        OptionCheck(fields: fields).checkTools(&faults)
        maxTokens = Self.maxTokens(options, limits, &faults)
        if !OllamaConversion.isFormat(fields.member("format")) {
            faults.add("format", "must be \"json\" or a JSON schema")
        }
        try faults.check()
        residency = isSilent ? Self.residency(fields.member("keep_alive")) : nil
        converted = OllamaConversion.body(of: fields, options: options, maxTokens: maxTokens, messages)
    }

    private static func options(_ fields: FieldReader, _ faults: inout FieldFaults) -> FieldReader {
        guard let options = fields.member("options") else {
            return FieldReader(object: nil)
        }
        if options.kind != .object { faults.add("options", "must be an object") }
        return FieldReader(object: options, prefix: "options.")
    }

    /// −1 and −2 mean without limit.
    private static func maxTokens(
        _ options: FieldReader,
        _ limits: ChatLimits,
        _ faults: inout FieldFaults
    ) -> Int? {
        let count = options.member("num_predict").flatMap(FieldReader.whole)
        if count == -1 || count == -2 { return nil }
        return options.count("num_predict", limit: limits.maxTokens, &faults)
    }

    private static func residency(_ keepAlive: JSONValue?) -> ChatRequest.Residency {
        let isZero = keepAlive?.double == 0 || ["0", "0s", "0m", "0h"].contains(keepAlive?.string ?? "")
        return isZero ? .unload : .load
    }
}
