import JSON

/// Ollama's messages, one after the other, in OpenAI's form.
///
/// Ollama has no names for tool calls, so each gets one, which the tool messages behind it take up in order:
///
///     {"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]}
///     {"role":"tool","content":"7","tool_name":"f"}
///
///     {"role":"assistant","content":null,"tool_calls":[{"id":"call_0","type":"function",
///      "function":{"name":"f","arguments":"{\"a\":1}"}}]}
///     {"role":"tool","content":"7","name":"f","tool_call_id":"call_0"}
struct OllamaMessageConversion {
    private static let ownMembers: Set<String> = [
        "role", "content", "images", "tool_calls", "tool_name", "tool_call_id", "name",
    ]

    /// The names of all calls so far, as JSON.
    private var calls: [[UInt8]] = []
    /// How many of them tool messages have answered.
    private var answered = 0

    /// Appends a message that was checked before.
    mutating func append(_ message: JSONValue, to writer: inout JSONWriter) {
        let fields = FieldReader(object: message)
        writer.element(object: {
            if let role = fields.member("role") { $0.member("role", raw: role.raw) }
            Self.appendContent(fields.member("content"), images: fields.member("images"), to: &$0)
            if let calls = fields.member("tool_calls") { append(calls: calls, to: &$0) }
            if let name = fields.member("tool_name") ?? fields.member("name") {
                $0.member("name", raw: name.raw)
            }
            if message["role"]?.isString("tool") ?? false {
                appendCallID(fields.member("tool_call_id"), to: &$0)
            }
            for (name, value) in message.members where !Self.ownMembers.contains(name) {
                $0.member(name, raw: value.raw)
            }
        })
    }

    /// Appends `content`: the text, or parts if there are images.
    static func appendContent(_ text: JSONValue?, images: JSONValue?, to writer: inout JSONWriter) {
        guard let images, !images.elements.isEmpty else {
            return writer.member("content", raw: text.map { Array($0.raw) } ?? Array("null".utf8))
        }
        writer.member(
            "content",
            array: { parts in
                if let text, !text.isString("") {
                    parts.element(object: {
                        $0.member("type", "text")
                        $0.member("text", raw: text.raw)
                    })
                }
                for image in images.elements { append(image: image, to: &parts) }
            }
        )
    }

    private static func append(image: JSONValue, to parts: inout JSONWriter) {
        guard let data = image.string else { return }
        parts.element(object: {
            $0.member("type", "image_url")
            $0.member("image_url", object: { $0.member("url", "data:\(mediaType(of: data));base64,\(data)") })
        })
    }

    /// The type that the first bytes betray, in base64.
    private static func mediaType(of data: String) -> String {
        if data.hasPrefix("/9j/") { return "image/jpeg" }
        if data.hasPrefix("R0lGOD") { return "image/gif" }
        return data.hasPrefix("UklGR") ? "image/webp" : "image/png"
    }

    private mutating func append(calls: JSONValue, to writer: inout JSONWriter) {
        writer.member(
            "tool_calls",
            array: { list in
                for call in calls.elements { append(call: call, to: &list) }
            }
        )
    }

    private mutating func append(call: JSONValue, to list: inout JSONWriter) {
        let id =
            call["id"].flatMap { $0.kind == .string ? Array($0.raw) : nil }
            ?? JSONWriter.quoted("call_\(calls.count)")
        calls.append(id)
        let function = call["function"]
        list.element(object: {
            $0.member("id", raw: id)
            $0.member("type", "function")
            $0.member(
                "function",
                object: {
                    if let name = function?["name"] { $0.member("name", raw: name.raw) }
                    $0.member("arguments", Self.arguments(function?["arguments"]))
                }
            )
        })
    }

    private mutating func appendCallID(_ own: JSONValue?, to writer: inout JSONWriter) {
        if let own {
            writer.member("tool_call_id", raw: own.raw)
        } else if answered < calls.count {
            writer.member("tool_call_id", raw: calls[answered])
        }
        answered += 1
    }

    /// The arguments as OpenAI has them: the text of an object.
    private static func arguments(_ arguments: JSONValue?) -> String {
        guard let arguments else { return "{}" }
        return arguments.string ?? String(decoding: arguments.raw, as: UTF8.self)
    }
}
