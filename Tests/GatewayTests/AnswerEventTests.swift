import Gateway
import Testing

struct AnswerEventTests {
    @Test(arguments: [
        #"{"type":"register","agent_id":"a","models":["m"]}"#, #"{"type":"registered"}"#,
        #"{"type":"model_invoke","id":"r","model":"m"}"#, #"{"type":"error","error":"x"}"#,
        #"{"type":"cancel","id":"r"}"#, #"{"type":"ping"}"#, #"{"type":"pong"}"#, #"{"type":"other"}"#,
    ])
    func `only results and chunks are parts of an answer`(frame: String) throws {
        let event = AnswerEvent(try AgentFrame(parsing: Array(frame.utf8)))
        #expect(event.map { _ in true } == nil)
    }
}
