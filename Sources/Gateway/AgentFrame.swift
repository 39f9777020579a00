package import JSON

/// A message between the bridge and an agent, or a hub: one WebSocket text message.
///
///     {"type":"register","agent_id":"a","token":"gh-…","models":["m"]}            agent → bridge, or bridge → hub
///     {"type":"registered","agent_id":"a","models":["m"],"heartbeat_seconds":30,"max_message_bytes":10485760}
///     {"type":"model_invoke","id":"req-1","model":"m","messages":[…],"stream":true,…,"session_id":"…"}
///     {"type":"model_stream_chunk","id":"req-1","chunk":{"delta":{"content":"Hi"}},"finished":false}
///     {"type":"model_result","id":"req-1","choices":[…],"usage":{…}}
///     {"type":"error","id":"req-1","error":{"code":"…","message":"…"}}
///     {"type":"cancel","id":"req-1"}
///     {"type":"leave"}                                                            bridge → agent
///     {"type":"ping","timestamp":1767225600000}    {"type":"pong","timestamp":1767225600000}
package enum AgentFrame: Sendable {
    /// An agent says who it is and what it serves; never without a model.
    case register(agentID: String, token: Secret?, models: [String])
    /// The answer to it: the models that were accepted, perhaps none.
    case registered(agentID: String?, models: [String], heartbeatSeconds: Int?, maxMessageBytes: Int?)
    /// A request for an answer, whole.
    case invoke(id: String, model: String, document: JSONDocument)
    /// A whole answer.
    case result(id: String, AgentResult)
    /// A piece of an answer; without id it belongs to the only request in flight.
    case chunk(id: String?, AgentChunk)
    /// There is no answer, or no more of it; without id it is about the connection.
    case error(id: String?, code: String?, message: String)
    /// The answer is not wanted any more.
    case cancel(id: String)
    /// This bridge leaves: finish here what runs, and open another connection for what comes.
    case leave
    /// To be answered by a pong with the same timestamp, which is JSON.
    case ping(timestamp: [UInt8]?)
    /// The answer to a ping.
    case pong(timestamp: [UInt8]?)
    /// A type that is not ours; to be ignored.
    case unknown(type: String)

    /// The longest id of a request, a session or an agent, in bytes.
    package static let idLimit = 128
    /// The longest message, either way, in bytes.
    package static let messageLimit = 10 << 20
    /// The most models that one agent serves.
    package static let modelLimit = 64

    /// Reads a message.
    package init(parsing bytes: [UInt8]) throws(AgentFrameError) {
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: bytes)
        } catch {
            throw .notJSON(error)
        }
        guard document.root.kind == .object else { throw .notAnObject }
        try self.init(AgentFrameReader(root: document.root), document)
    }

    /// Reads a part of an answer that stands in another document; nil for messages that are none.
    package init?(answer value: JSONValue) throws(AgentFrameError) {
        let reader = AgentFrameReader(root: value)
        switch try reader.type() {
        case "model_result": self = try reader.result()
        case "model_stream_chunk": self = .chunk(id: try reader.optionalID("id"), try reader.chunk())
        default: return nil
        }
    }

    private init(_ reader: AgentFrameReader, _ document: JSONDocument) throws(AgentFrameError) {
        switch try reader.type() {
        case "register": self = try reader.register()
        case "registered": self = try reader.registered()
        case "model_invoke":
            _ = try reader.optionalID("session_id")
            self = .invoke(id: try reader.id("id"), model: try reader.model(), document: document)
        case "model_result": self = try reader.result()
        case "model_stream_chunk": self = .chunk(id: try reader.optionalID("id"), try reader.chunk())
        case "error": self = try reader.error()
        case "cancel": self = .cancel(id: try reader.id("id"))
        case "leave": self = .leave
        case "ping": self = .ping(timestamp: reader.timestamp())
        case "pong": self = .pong(timestamp: reader.timestamp())
        case let type: self = .unknown(type: type)
        }
    }
}
