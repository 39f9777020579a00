package import JSON

/// The messages of a request, in OpenAI's form.
package struct Conversation: Sendable {
    /// The array of messages.
    package let messages: JSONValue

    /// The conversation in an array of messages; anything else is a silent one.
    package init(messages: JSONValue) { self.messages = messages }

    /// The Unicode scalars of all contents together, and the bytes of tool calls.
    package var characters: Int {
        var count = 0
        for message in messages.elements {
            if let calls = message["tool_calls"] { count += calls.raw.count }
            guard let content = message["content"] else { continue }
            guard content.kind == .array else {
                count += TextLength.scalars(of: content)
                continue
            }
            for part in content.elements { count += part["text"].map(TextLength.scalars) ?? 0 }
        }
        return count
    }

    /// All strings that say something.
    var texts: [JSONValue] {
        messages.elements.flatMap { message in
            guard let content = message["content"] else { return [JSONValue]() }
            let texts = content.kind == .array ? content.elements.compactMap { $0["text"] } : [content]
            return texts.filter { $0.kind == .string }
        }
    }

    /// The content of the last message of the user; nil if the user said nothing.
    package var lastUserContent: JSONValue? {
        var last: JSONValue?
        for message in messages.elements where message["role"]?.isString("user") ?? false {
            last = message["content"]
        }
        return last
    }

    /// The text of that content, its parts one behind the other.
    package var lastUserText: String {
        guard let content = lastUserContent else { return "" }
        return content.string ?? content.elements.compactMap { $0["text"]?.string }.joined()
    }
}
