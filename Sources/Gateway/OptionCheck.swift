import JSON

/// Checks what steers an answer besides the messages: tools, formats, stops.
///
/// It is passed on as it came; an agent need not look at it again.
struct OptionCheck {
    /// As many as OpenAI takes.
    private static let toolLimit = 128
    static let stopLimit = 4
    private static let formats = ["text", "json_object", "json_schema"]
    private static let choices = ["none", "auto", "required"]

    let fields: FieldReader

    func check(_ faults: inout FieldFaults) {
        checkTools(&faults)
        checkToolChoice(&faults)
        checkFormat(&faults)
        checkStop(&faults)
        checkBias(&faults)
        fields.integer("seed", in: nil, &faults)
        fields.integer("top_logprobs", in: 0...20, &faults)
        _ = fields.bool("logprobs", &faults)
        _ = fields.bool("parallel_tool_calls", &faults)
        fields.string("user", &faults)
    }

    /// One string, or a few.
    func checkStop(_ faults: inout FieldFaults, limit: Int = stopLimit) {
        guard let stop = fields.member("stop"), stop.kind != .string else { return }
        let isList = stop.kind == .array && stop.elements.allSatisfy { $0.kind == .string }
        if !isList || stop.elements.count > limit {
            faults.add(
                fields.prefix + "stop",
                "must be a string or an array of at most \(limit) strings"
            )
        }
    }

    /// Numbers by token.
    private func checkBias(_ faults: inout FieldFaults) {
        guard let bias = fields.member("logit_bias") else { return }
        let isBias = bias.members.allSatisfy { (-100...100).contains($0.value.double ?? .infinity) }
        if bias.kind != .object || !isBias {
            faults.add(fields.prefix + "logit_bias", "must be an object of numbers from -100 to 100")
        }
    }

    func checkTools(_ faults: inout FieldFaults) {
        guard let tools = fields.member("tools") else { return }
        guard tools.kind == .array, tools.elements.count <= Self.toolLimit else {
            return faults.add("tools", "must be an array of at most \(Self.toolLimit) tools")
        }
        for (index, tool) in tools.elements.enumerated() { check(tool, "tools[\(index)]", &faults) }
    }

    private func check(_ tool: JSONValue, _ place: @autoclosure () -> String, _ faults: inout FieldFaults) {
        guard let type = tool["type"], type.kind == .string else {
            return faults.add(place() + ".type", "must be a string")
        }
        guard type.isString("function") else { return }
        guard let function = tool["function"], function.kind == .object else {
            return faults.add(place() + ".function", "must be an object")
        }
        let reader = FieldReader(object: function, prefix: place() + ".function.")
        _ = reader.name("name", &faults)
        reader.string("description", &faults)
        reader.object("parameters", &faults)
    }

    private func checkToolChoice(_ faults: inout FieldFaults) {
        guard let choice = fields.member("tool_choice"), choice.kind != .object else { return }
        if !Self.choices.contains(where: choice.isString) {
            faults.add("tool_choice", "must be an object or one of: \(Self.choices.joined(separator: ", "))")
        }
    }

    private func checkFormat(_ faults: inout FieldFaults) {
        guard let format = fields.member("response_format") else { return }
        guard format.kind == .object else { return faults.add("response_format", "must be an object") }
        let reader = FieldReader(object: format, prefix: "response_format.")
        guard let type = reader.member("type"), Self.formats.contains(where: type.isString) else {
            return faults.add(
                "response_format.type",
                "must be one of: \(Self.formats.joined(separator: ", "))"
            )
        }
        guard type.isString("json_schema") else { return }
        guard let schema = reader.member("json_schema"), schema.kind == .object else {
            return faults.add("response_format.json_schema", "must be an object")
        }
        let schemaReader = FieldReader(object: schema, prefix: "response_format.json_schema.")
        _ = schemaReader.name("name", &faults)
        schemaReader.object("schema", &faults)
    }
}
