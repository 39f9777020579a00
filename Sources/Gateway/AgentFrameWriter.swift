import JSON

/// Writes the messages of `AgentFrame`; `model_invoke` is `ChatRequest.invocation`.
package enum AgentFrameWriter {
    /// What an agent, or the bridge at a hub, begins with.
    package static func register(agentID: String, token: Secret?, models: [String]) -> [UInt8] {
        frame("register") {
            $0.member("agent_id", agentID)
            if let token { $0.member("token", String(decoding: token.bytes, as: UTF8.self)) }
            $0.member("models", array: { for model in models { $0.element(model) } })
        }
    }

    /// The models that were accepted, and what the connection may expect.
    package static func registered(
        agentID: String,
        models: [String],
        heartbeatSeconds: Int,
        maxMessageBytes: Int
    ) -> [UInt8] {
        frame("registered") {
            $0.member("agent_id", agentID)
            $0.member("models", array: { for model in models { $0.element(model) } })
            $0.member("heartbeat_seconds", heartbeatSeconds)
            $0.member("max_message_bytes", maxMessageBytes)
        }
    }

    /// A whole answer that is text.
    package static func result(id: String, text: String, finishReason: String = "stop") -> [UInt8] {
        frame("model_result") {
            $0.member("id", id)
            $0.member("choices", raw: Choices.text(JSONWriter.quoted(text), finishReason: finishReason))
        }
    }

    /// A piece of text; with a finish reason it is the last, and the text may be empty.
    package static func chunk(id: String, text: String, finishReason: String? = nil) -> [UInt8] {
        frame("model_stream_chunk") {
            $0.member("id", id)
            $0.member(
                "chunk",
                object: {
                    $0.member("delta", object: { if !text.isEmpty { $0.member("content", text) } })
                    if let finishReason { $0.member("finish_reason", finishReason) }
                }
            )
            $0.member("finished", finishReason != nil)
        }
    }

    /// There is no answer, or no more of it; without id it is about the connection.
    package static func error(id: String?, code: String, message: String) -> [UInt8] {
        frame("error") {
            if let id { $0.member("id", id) }
            $0.member(
                "error",
                object: {
                    $0.member("code", code)
                    $0.member("message", message)
                }
            )
        }
    }

    /// The answer is not wanted any more.
    package static func cancel(id: String) -> [UInt8] {
        frame("cancel") { $0.member("id", id) }
    }

    /// Asks whether somebody is there, at a time since 1970.
    package static func leave() -> [UInt8] { frame("leave") { _ in } }

    package static func ping(milliseconds: Int64) -> [UInt8] {
        frame("ping") { $0.member("timestamp", Int(milliseconds)) }
    }

    /// The answer to a ping, with its timestamp if it had one.
    package static func pong(timestamp: [UInt8]?) -> [UInt8] {
        frame("pong") { if let timestamp { $0.member("timestamp", raw: timestamp) } }
    }

    private static func frame(_ type: String, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        JSONWriter.object {
            $0.member("type", type)
            body(&$0)
        }
    }
}
