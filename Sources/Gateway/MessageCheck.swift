import JSON

/// Checks the messages of a request and names what is wrong with them.
struct MessageCheck {
    private static let roles = ["user", "assistant", "system", "tool", "developer", "function"]

    let limits: ChatLimits
    /// Whether content is a string and nothing else, and may be absent.
    let isOllama: Bool
    var faults = FieldFaults()

    /// Checks an array of at least one message.
    mutating func check(_ messages: JSONValue?) {
        guard let messages, messages.kind == .array, isOllama || !messages.elements.isEmpty else {
            return faults.add("messages", "must be an array of at least one message")
        }
        for (index, message) in messages.elements.enumerated() where !faults.isFull {
            check(message, "messages[\(index)]")
        }
    }

    private mutating func check(_ message: JSONValue, _ place: @autoclosure () -> String) {
        guard message.kind == .object else { return faults.add(place(), "must be an object") }
        let role = message["role"]
        if !Self.roles.contains(where: { role?.isString($0) ?? false }) {
            faults.add(place() + ".role", "must be one of: \(Self.roles.joined(separator: ", "))")
        }
        if let calls = message["tool_calls"], !calls.isNull { check(calls: calls, place()) }
        if isOllama {
            checkImages(message["images"], place())
        } else {
            checkNames(of: message, place())
        }
        checkContent(of: message, place() + ".content")
    }

    private mutating func checkNames(of message: JSONValue, _ place: @autoclosure () -> String) {
        if let name = message["name"], !name.isNull, name.kind != .string {
            faults.add(place() + ".name", "must be a string")
        }
        if message["role"]?.isString("tool") ?? false, message["tool_call_id"]?.kind != .string {
            faults.add(place() + ".tool_call_id", "must be the id of the call that this answers")
        }
    }

    private mutating func check(calls: JSONValue, _ place: @autoclosure () -> String) {
        guard calls.kind == .array else { return faults.add(place() + ".tool_calls", "must be an array") }
        for (index, call) in calls.elements.enumerated() {
            guard let function = call["function"], function.kind == .object else {
                // Tools of other kinds are not ours to know.
                if isOllama || call["type"]?.isString("function") ?? true {
                    faults.add(place() + ".tool_calls[\(index)].function", "must be an object")
                }
                continue
            }
            let fields = FieldReader(object: function, prefix: place() + ".tool_calls[\(index)].function.")
            _ = fields.name("name", &faults)
            if !isOllama { fields.string("arguments", &faults) }
        }
    }

    private mutating func checkContent(of message: JSONValue, _ place: @autoclosure () -> String) {
        guard let content = message["content"], !content.isNull else {
            if !mayBeSilent(message) { faults.add(place(), Self.expected(isOllama)) }
            return
        }
        switch content.kind {
        case .string:
            if TextLength.isLonger(content, than: limits.contentScalars) { addTooLong(place()) }
        case .array where !isOllama: checkParts(content, place())
        case .array, .null, .bool, .number, .object: faults.add(place(), Self.expected(isOllama))
        }
    }

    private mutating func checkParts(_ parts: JSONValue, _ place: @autoclosure () -> String) {
        if parts.elements.isEmpty { faults.add(place(), "must have at least one part") }
        var scalars = 0
        for (index, part) in parts.elements.enumerated() {
            if part["type"]?.kind != .string {
                faults.add(place() + "[\(index)].type", "must be a string")
            } else if part["type"]?.isString("text") ?? false, part["text"]?.kind != .string {
                faults.add(place() + "[\(index)].text", "must be a string")
            } else if part["type"]?.isString("image_url") ?? false, part["image_url"]?["url"]?.kind != .string
            {
                faults.add(place() + "[\(index)].image_url.url", "must be a string")
            }
            if let text = part["text"] { scalars += TextLength.scalars(of: text) }
        }
        if scalars > limits.contentScalars { addTooLong(place()) }
    }

    private mutating func checkImages(_ images: JSONValue?, _ place: @autoclosure () -> String) {
        guard let images, !images.isNull else { return }
        let isList = images.kind == .array && images.elements.allSatisfy { $0.kind == .string }
        if !isList { faults.add(place() + ".images", "must be an array of base64 strings") }
    }

    /// Whether something else than content says what the message is for.
    private func mayBeSilent(_ message: JSONValue) -> Bool {
        if isOllama, message["images"]?.elements.isEmpty == false { return true }
        guard message["role"]?.isString("assistant") ?? false else { return false }
        return ["tool_calls", "function_call", "refusal", "audio"].contains { !(message[$0]?.isNull ?? true) }
    }

    private mutating func addTooLong(_ place: String) {
        faults.add(place, "must be at most \(limits.contentScalars) characters")
    }

    private static func expected(_ isOllama: Bool) -> String {
        isOllama ? "must be a string" : "must be a string or an array of parts"
    }
}
