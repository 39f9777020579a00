import JSON

/// The objects that Ollama's answers consist of.
///
///     {"model":"m","created_at":"2026-01-01T00:00:00.000000000Z","message":{"role":"assistant","content":"Hi"},
///      "done":false}
///     {"model":"m","created_at":"…","response":"","done":true,"done_reason":"stop","total_duration":2000,
///      "prompt_eval_count":3,"prompt_eval_duration":1500,"eval_count":2,"eval_duration":500}
struct OllamaLine {
    private let model: String
    private let isGenerate: Bool
    private let startedAt: Int64
    /// When the answer began, or nil if it has not.
    private var firstAt: Int64?

    init(_ request: ChatRequest, startedAt: Int64) {
        model = request.model
        isGenerate = request.form == .ollamaGenerate
        self.startedAt = startedAt
    }

    /// Notes that something of the answer came.
    mutating func begin(at now: Int64) { firstAt = firstAt ?? now }

    /// A piece of text, as a JSON string.
    func text(_ content: [UInt8], at now: Int64) -> [UInt8] {
        object(content, nil, at: now) { $0.member("done", false) }
    }

    /// Tool calls, which Ollama never cuts.
    func calls(_ calls: ToolCalls, at now: Int64) -> [UInt8] {
        object(Array(#""""#.utf8), calls, at: now) { $0.member("done", false) }
    }

    /// The end of an answer, with all of it that has not been sent.
    func last(
        _ content: [UInt8],
        _ calls: ToolCalls?,
        reason: String,
        _ usage: Usage,
        at now: Int64
    ) -> [UInt8] {
        let first = firstAt ?? now
        return object(content, calls, at: now) {
            $0.member("done", true)
            $0.member("done_reason", reason == "length" ? "length" : "stop")
            Self.append("total_duration", Int(now - startedAt), to: &$0)
            Self.append("prompt_eval_count", usage.promptTokens, to: &$0)
            Self.append("prompt_eval_duration", Int(first - startedAt), to: &$0)
            Self.append("eval_count", usage.completionTokens, to: &$0)
            Self.append("eval_duration", Int(now - first), to: &$0)
        }
    }

    /// The answer to a request that only loads or unloads the model.
    func residency(_ residency: ChatRequest.Residency, at now: Int64) -> [UInt8] {
        object(Array(#""""#.utf8), nil, at: now) {
            $0.member("done", true)
            $0.member("done_reason", residency.rawValue)
        }
    }

    private func object(
        _ content: [UInt8],
        _ calls: ToolCalls?,
        at now: Int64,
        _ rest: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        JSONWriter.object(escapesLineSeparators: true) {
            $0.member("model", model)
            $0.member("created_at", Timestamp.rfc3339(now))
            if isGenerate {
                $0.member("response", raw: content)
                append(calls, to: &$0)
            } else {
                $0.member(
                    "message",
                    object: {
                        $0.member("role", "assistant")
                        $0.member("content", raw: content)
                        append(calls, to: &$0)
                    }
                )
            }
            rest(&$0)
        }
    }

    private func append(_ calls: ToolCalls?, to writer: inout JSONWriter) {
        guard let calls, !calls.isEmpty else { return }
        writer.member("tool_calls", array: { calls.writeOllama(to: &$0) })
    }

    /// Ollama leaves out what is zero.
    private static func append(_ name: String, _ value: Int, to writer: inout JSONWriter) {
        if value > 0 { writer.member(name, value) }
    }
}
