import JSON

/// Reads the members of an agent's message, as lenient as agents in the field need it.
struct AgentFrameReader {
    /// The most of an agent's own sentence that is repeated, in Unicode scalars.
    private static let messageLimit = 1000

    let root: JSONValue

    func type() throws(AgentFrameError) -> String {
        guard let type = root["type"]?.string, !type.isEmpty, type.utf8.count <= AgentFrame.idLimit else {
            throw .invalid(member: "type", reason: "must be a string of 1 to \(AgentFrame.idLimit) bytes")
        }
        return type
    }

    func register() throws(AgentFrameError) -> AgentFrame {
        let models = try models()
        guard !models.isEmpty else {
            throw .invalid(member: "models", reason: "must name at least one model")
        }
        let token = member("token")
        if let token, token.kind != .string { throw .invalid(member: "token", reason: "must be a string") }
        return .register(
            agentID: try id("agent_id"),
            token: token?.string.map { Secret($0.utf8) },
            models: models
        )
    }

    func registered() throws(AgentFrameError) -> AgentFrame {
        .registered(
            agentID: try optionalID("agent_id"),
            models: member("models") == nil ? [] : try models(),
            heartbeatSeconds: positive("heartbeat_seconds"),
            maxMessageBytes: positive("max_message_bytes")
        )
    }

    /// A `model_result`; one with status `error` or `timeout` is an error.
    func result() throws(AgentFrameError) -> AgentFrame {
        let id = try id("id")
        if root["choices"] == nil, let status = member("status")?.string, status != "ok" {
            return .error(id: id, code: code() ?? status, message: message())
        }
        let body = root["choices"] == nil ? member("result") ?? root : root
        guard let choices = body["choices"], choices.kind == .array, !choices.elements.isEmpty,
            !Self.isTooLong(choices), choices.elements.allSatisfy({ $0["message"]?.kind == .object })
        else {
            let reason = "must be an array of 1 to \(ChatLimits.mostChoices) objects with a message"
            throw .invalid(member: "choices", reason: reason)
        }
        for message in choices.elements.compactMap({ $0["message"] }) { try Self.check(message) }
        return .result(id: id, AgentResult(choices: choices, usage: Usage(body["usage"])))
    }

    /// A `chunk` that is `{delta, finish_reason}` or a whole OpenAI chunk, or the same members without it.
    func chunk() throws(AgentFrameError) -> AgentChunk {
        if let chunk = member("chunk"), chunk.kind != .object {
            throw .invalid(member: "chunk", reason: "must be an object")
        }
        if let finished = member("finished"), finished.bool == nil {
            throw .invalid(member: "finished", reason: "must be true or false")
        }
        let source = member("chunk") ?? root
        if let choices = source["choices"], choices.kind != .array || Self.isTooLong(choices) {
            let reason = "must be an array of at most \(ChatLimits.mostChoices) choices"
            throw .invalid(member: "choices", reason: reason)
        }
        let pieces = try Self.pieces(source)
        return AgentChunk(
            pieces: pieces,
            usage: Usage(source["usage"]),
            isFinished: member("finished")?.bool ?? false,
            endsByReason: member("chunk") == nil && member("finished") == nil
        )
    }

    /// Says what went wrong, in the agent's words if it has any.
    func error() throws(AgentFrameError) -> AgentFrame {
        .error(id: try optionalID("id"), code: code(), message: message())
    }

    func id(_ name: String) throws(AgentFrameError) -> String {
        guard let id = try optionalID(name) else { throw .invalid(member: name, reason: "is missing") }
        return id
    }

    func optionalID(_ name: String) throws(AgentFrameError) -> String? {
        guard let value = member(name) else { return nil }
        guard let id = value.string, (1...AgentFrame.idLimit).contains(id.utf8.count),
            id.unicodeScalars.allSatisfy({ !Self.isControl($0) })
        else {
            throw .invalid(
                member: name,
                reason: "must be a string of 1 to \(AgentFrame.idLimit) bytes without control characters"
            )
        }
        return id
    }

    func model() throws(AgentFrameError) -> String {
        guard let model = root["model"]?.string, Self.isModel(model) else {
            throw .invalid(member: "model", reason: "must be a string of 1 to 256 bytes")
        }
        return model
    }

    func timestamp() -> [UInt8]? {
        member("timestamp").flatMap { value in
            value.kind == .number || value.kind == .string ? Array(value.raw) : nil
        }
    }

    /// The value of a member; nil if it is absent or null.
    private func member(_ name: String) -> JSONValue? {
        root[name].flatMap { $0.isNull ? nil : $0 }
    }

    private func models() throws(AgentFrameError) -> [String] {
        let reason = "must be an array of at most \(AgentFrame.modelLimit) names of 1 to 256 bytes"
        guard let list = member("models"), list.kind == .array,
            list.elements.prefix(AgentFrame.modelLimit + 1).count <= AgentFrame.modelLimit
        else { throw .invalid(member: "models", reason: reason) }
        let names = list.elements.compactMap(\.string)
        guard names.count == list.elements.count, names.allSatisfy(Self.isModel) else {
            throw .invalid(member: "models", reason: reason)
        }
        return names
    }

    private func positive(_ name: String) -> Int? {
        root[name]?.int.flatMap { $0 > 0 ? $0 : nil }
    }

    private func code() -> String? {
        root["error"]?["code"]?.string
    }

    private func message() -> String {
        let text = root["error"]?.string ?? root["error"]?["message"]?.string ?? root["message"]?.string
        guard let text, !text.isEmpty else { return "it gave no reason" }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.messageLimit)))
    }

    /// What clients take apart: the text, also in parts, and the calls of a message or of a piece of one.
    private static func check(_ message: JSONValue) throws(AgentFrameError) {
        if let content = message["content"] {
            let isText = content.isNull || content.kind == .string
            guard isText || content.kind == .array && content.elements.allSatisfy({ $0.kind == .object })
            else {
                throw .invalid(member: "content", reason: "must be a string or an array of parts")
            }
        }
        guard let calls = message["tool_calls"], !calls.isNull else { return }
        guard calls.kind == .array, calls.elements.allSatisfy({ $0.kind == .object }) else {
            throw .invalid(member: "tool_calls", reason: "must be an array of objects")
        }
    }

    private static func isTooLong(_ choices: JSONValue) -> Bool {
        choices.elements.prefix(ChatLimits.mostChoices + 1).count > ChatLimits.mostChoices
    }

    private static func pieces(_ source: JSONValue) throws(AgentFrameError) -> [AnswerPiece] {
        guard let choices = source["choices"] else { return [try piece(source)] }
        var pieces: [AnswerPiece] = []
        for choice in choices.elements { pieces.append(try piece(choice)) }
        return pieces
    }

    private static func piece(_ choice: JSONValue) throws(AgentFrameError) -> AnswerPiece {
        let index = choice["index"]?.int ?? 0
        guard (0..<ChatLimits.mostChoices).contains(index) else {
            throw .invalid(
                member: "index",
                reason: "must be an integer from 0 to \(ChatLimits.mostChoices - 1)"
            )
        }
        let delta = choice["delta"].flatMap { $0.isNull ? nil : $0 }
        if let delta, delta.kind != .object { throw .invalid(member: "delta", reason: "must be an object") }
        if let delta { try Self.check(delta) }
        let reason = choice["finish_reason"].flatMap { $0.isNull ? nil : $0 }
        if let reason, reason.kind != .string {
            throw .invalid(member: "finish_reason", reason: "must be a string or null")
        }
        return AnswerPiece(index: index, object: delta, finishReason: reason?.string)
    }

    private static func isModel(_ name: String) -> Bool {
        (1...256).contains(name.utf8.count) && name.unicodeScalars.allSatisfy { !isControl($0) }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
    }
}
