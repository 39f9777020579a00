import JSON

/// What travels on a data link; one stream's frames carry its id.
///
///     {"id":1,"open":"model","head":{"wait":1500},"body":{…}}      the opener's request, whole
///     {"id":1,"chunk":{…}}                                         a piece of the answer; spends credit
///     {"id":1,"part":"…"}                                          a slice of a chunk too long for one frame
///     {"id":1,"end":{…}}                                           the last of this direction, with the answer if whole
///     {"id":1,"error":{"code":"…","message":"…"}}                  no more will come
///     {"id":1,"cancel":true}                                       the opener no longer wants the answer
///     {"id":1,"credit":65536}                                      so many bytes of chunks have been used
///     {"hello":{…}}  {"welcome":{…}}                               once, before all else
///     {"leave":true}                                               open no more streams here; those that run go on
enum DataFrame {
    /// How much deeper a frame is than what it carries.
    private static let wrapping = 4

    case hello(DataHello)
    case welcome(DataHello)
    case leave
    case open(id: Int, kind: String, head: JSONValue, body: JSONValue)
    case chunk(id: Int, JSONValue)
    case part(id: Int, String)
    case end(id: Int, JSONValue)
    case error(id: Int, code: String, message: String)
    case cancel(id: Int)
    case credit(id: Int, Int)

    /// - Throws: `.notAMessage`.
    init(parsing payload: [UInt8]) throws(FrameError) {
        let root: JSONValue
        do {
            root = try JSONDocument(parsing: payload, depth: JSONDocument.depthLimit + Self.wrapping).root
        } catch {
            throw .notAMessage("\(error)")
        }
        guard let id = root["id"]?.int else {
            self = try Self.greeting(root)
            return
        }
        guard let frame = Self.streamFrame(id, root) else {
            throw .notAMessage("unknown frame of stream \(id)")
        }
        self = frame
    }

    private static func streamFrame(_ id: Int, _ root: JSONValue) -> DataFrame? {
        if let chunk = root["chunk"] { return .chunk(id: id, chunk) }
        if let credit = root["credit"]?.int { return .credit(id: id, credit) }
        if let end = root["end"] { return .end(id: id, end) }
        if let kind = root["open"]?.string, let head = root["head"], let body = root["body"] {
            return .open(id: id, kind: kind, head: head, body: body)
        }
        if root["cancel"]?.bool == true { return .cancel(id: id) }
        if let error = root["error"], let code = error["code"]?.string, let message = error["message"]?.string
        {
            return .error(id: id, code: code, message: message)
        }
        return root["part"]?.string.map { .part(id: id, $0) }
    }

    private static func greeting(_ root: JSONValue) throws(FrameError) -> DataFrame {
        do {
            if let hello = root["hello"] {
                return .hello(try JSONMessageDecoder().decode(DataHello.self, from: hello))
            }
            if let welcome = root["welcome"] {
                return .welcome(try JSONMessageDecoder().decode(DataHello.self, from: welcome))
            }
        } catch {
            throw .notAMessage("\(error)")
        }
        if root["leave"]?.bool == true { return .leave }
        throw .notAMessage("neither a stream's frame nor a greeting")
    }
}

/// Who speaks, at the start of a data link.
package struct DataHello: Codable, Equatable, Sendable {
    package var version: Int
    package var role: String
    package var slot: Int
    package var generation: Int
    /// What only children of the same supervisor know, in hexadecimal.
    package var nonce: String

    package static let currentVersion = 1

    package init(role: String, slot: Int, generation: Int, nonce: String) {
        version = Self.currentVersion
        self.role = role
        self.slot = slot
        self.generation = generation
        self.nonce = nonce
    }
}
