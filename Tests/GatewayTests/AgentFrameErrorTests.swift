import Gateway
import Testing

struct AgentFrameErrorTests {
    private func parse(_ text: String) throws(AgentFrameError) -> AgentFrame {
        try AgentFrame(parsing: Array(text.utf8))
    }

    private static let long = String(repeating: "x", count: 129)
    private static let many = Array(repeating: #""m""#, count: 65).joined(separator: ",")

    @Test(arguments: [
        ("{}", "type"), (#"{"type":null}"#, "type"), (#"{"type":7}"#, "type"), (#"{"type":""}"#, "type"),
        (#"{"type":"\#(long)"}"#, "type"), (#"{"type":"register","models":["m"]}"#, "agent_id"),
        (#"{"type":"register","agent_id":"","models":["m"]}"#, "agent_id"),
        (#"{"type":"register","agent_id":7,"models":["m"]}"#, "agent_id"),
        (#"{"type":"register","agent_id":"\#(long)","models":["m"]}"#, "agent_id"),
        (#"{"type":"register","agent_id":"a\nb","models":["m"]}"#, "agent_id"),
        (#"{"type":"register","agent_id":"a\u0085","models":["m"]}"#, "agent_id"),
        (#"{"type":"register","agent_id":"a"}"#, "models"),
        (#"{"type":"register","agent_id":"a","models":[]}"#, "models"),
        (#"{"type":"register","agent_id":"a","models":"m"}"#, "models"),
        (#"{"type":"register","agent_id":"a","models":["m",7]}"#, "models"),
        (#"{"type":"register","agent_id":"a","models":[""]}"#, "models"),
        (#"{"type":"register","agent_id":"a","models":["a\u0000"]}"#, "models"),
        (#"{"type":"register","agent_id":"a","models":[\#(many)]}"#, "models"),
        (#"{"type":"register","agent_id":"a","models":["m"],"token":7}"#, "token"),
        (#"{"type":"registered","models":{}}"#, "models"),
        (#"{"type":"registered","agent_id":[]}"#, "agent_id"),
        (#"{"type":"model_invoke","model":"m"}"#, "id"), (#"{"type":"model_invoke","id":"r"}"#, "model"),
        (#"{"type":"model_invoke","id":"r","model":""}"#, "model"),
        (#"{"type":"model_invoke","id":"r","model":"m","session_id":7}"#, "session_id"),
        (#"{"type":"model_invoke","id":"r","model":"m","session_id":"\#(long)"}"#, "session_id"),
        (#"{"type":"model_result","choices":[{"message":{}}]}"#, "id"),
        (#"{"type":"model_result","id":"r"}"#, "choices"),
        (#"{"type":"model_result","id":"r","choices":[]}"#, "choices"),
        (#"{"type":"model_result","id":"r","choices":{}}"#, "choices"),
        (#"{"type":"model_result","id":"r","choices":[{}]}"#, "choices"),
        (#"{"type":"model_result","id":"r","choices":[{"message":"a"}]}"#, "choices"),
        (#"{"type":"model_result","id":"r","status":"ok"}"#, "choices"),
        (#"{"type":"model_stream_chunk","id":7,"chunk":{}}"#, "id"),
        (#"{"type":"model_stream_chunk","id":"","chunk":{}}"#, "id"),
        (#"{"type":"model_stream_chunk","id":"r","chunk":"a"}"#, "chunk"),
        (#"{"type":"model_stream_chunk","id":"r","chunk":{},"finished":"yes"}"#, "finished"),
        (#"{"type":"model_stream_chunk","id":"r","chunk":{"choices":{}}}"#, "choices"),
        (#"{"type":"model_stream_chunk","id":"r","chunk":{"delta":"a"}}"#, "delta"),
        (#"{"type":"model_stream_chunk","id":"r","chunk":{"choices":[{"delta":[]}]}}"#, "delta"),
        (#"{"type":"model_stream_chunk","id":"r","chunk":{"delta":{},"finish_reason":7}}"#, "finish_reason"),
        (#"{"type":"error","id":7,"error":"a"}"#, "id"), (#"{"type":"cancel"}"#, "id"),
        (#"{"type":"cancel","id":null}"#, "id"),
    ])
    func `a malformed message names the member at fault`(frame: String, member: String) throws {
        do throws(AgentFrameError) {
            _ = try parse(frame)
            Issue.record("accepted")
        } catch {
            guard case .invalid(member, _) = error else { throw error }
            #expect(error.description.hasPrefix("'\(member)' "))
        }
    }

    @Test(arguments: ["", "x", "{", #"{"type":"ping"}x"#, "{\"type\":\"p\u{1}\"}", "\u{FEFF}{}"])
    func `what is not JSON is refused`(frame: String) {
        #expect {
            try parse(frame)
        } throws: { error in
            if case .notJSON? = error as? AgentFrameError { true } else { false }
        }
    }

    @Test(arguments: ["[]", "null", "7", #""ping""#, #"[{"type":"ping"}]"#])
    func `JSON that is no object is refused`(frame: String) {
        #expect(throws: AgentFrameError.notAnObject) { try parse(frame) }
    }
}
