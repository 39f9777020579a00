import Gateway
import HTTP
import JSON
import Testing

/// Bytes as text, to compare with.
func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// The head of a request with these field lines.
func head(_ method: String = "GET", _ path: String = "/", _ lines: String...) throws -> RequestHead {
    let lines = lines.contains { $0.hasPrefix("Host:") } ? lines : ["Host: localhost"] + lines
    let request = Array("\(method) \(path) HTTP/1.1\r\n\(lines.joined(separator: "\r\n"))\r\n\r\n".utf8)
    var parser = RequestParser(limits: HTTPLimits())
    var position = 0
    let event = try request.withUnsafeBytes { bytes throws(HTTPFault) in
        try parser.next(bytes, position: &position)
    }
    guard case .head(let head) = event else { throw NoHead() }
    return head
}

/// The request was none.
struct NoHead: Error {}

/// The value of a JSON text.
func json(_ text: String) throws -> JSONValue { try JSONDocument(parsing: Array(text.utf8)).root }

/// A member of an object in a JSON text, as it is spelled.
func member(_ name: String, of bytes: [UInt8]) throws -> String? {
    try JSONDocument(parsing: bytes).root[name].map { String(decoding: $0.raw, as: UTF8.self) }
}

/// A moment in nanoseconds since 1970: 2026-01-01T00:00:00Z.
let newYear: Int64 = 1_767_225_600_000_000_000

/// A request to `/v1/chat/completions`.
func openAI(_ members: String = "") throws(GatewayError) -> ChatRequest {
    try ChatRequest(
        openAI: Array(#"{"model":"m","messages":[{"role":"user","content":"Hi"}]\#(members)}"#.utf8)
    )
}

/// A request to `/api/chat`.
func ollamaChat(_ members: String = "") throws(GatewayError) -> ChatRequest {
    try ChatRequest(
        ollamaChat: Array(#"{"model":"m","messages":[{"role":"user","content":"Hi"}]\#(members)}"#.utf8)
    )
}

/// A request to `/api/generate`.
func ollamaGenerate(_ members: String = "") throws(GatewayError) -> ChatRequest {
    try ChatRequest(ollamaGenerate: Array(#"{"model":"m","prompt":"Hi"\#(members)}"#.utf8))
}

/// What an agent's message says about an answer.
func event(_ frame: String) throws -> AnswerEvent {
    try #require(AnswerEvent(AgentFrame(parsing: Array(frame.utf8))))
}
