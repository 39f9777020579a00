import Gateway
import JSON
import Testing

struct AgentFrameTests {
    private func parse(_ text: String) throws(AgentFrameError) -> AgentFrame {
        try AgentFrame(parsing: Array(text.utf8))
    }

    @Test func `an agent registers`() throws {
        let frame = AgentFrameWriter.register(agentID: "a-1", token: Secret("gh-x".utf8), models: ["m", "n"])
        #expect(text(frame) == #"{"type":"register","agent_id":"a-1","token":"gh-x","models":["m","n"]}"#)
        guard case .register("a-1", let token, ["m", "n"]) = try AgentFrame(parsing: frame) else {
            Issue.record("not register")
            return
        }
        #expect(token == Secret("gh-x".utf8))
        guard
            case .register("a", nil, ["m"]) = try parse(
                #"{"type":"register","agent_id":"a","models":["m"],"x":1}"#
            )
        else {
            Issue.record("not register")
            return
        }
    }

    @Test func `a registration is answered`() throws {
        let frame = AgentFrameWriter.registered(
            agentID: "a",
            models: ["m"],
            heartbeatSeconds: 30,
            maxMessageBytes: 99
        )
        #expect(
            text(frame)
                == #"{"type":"registered","agent_id":"a","models":["m"],"heartbeat_seconds":30,"max_message_bytes":99}"#
        )
        guard case .registered("a", ["m"], 30, 99) = try AgentFrame(parsing: frame) else {
            Issue.record("not registered")
            return
        }
        let bare = #"{"type":"registered","heartbeat_seconds":0,"max_message_bytes":"x","models":null}"#
        guard case .registered(nil, [], nil, nil) = try parse(bare) else {
            Issue.record("not registered")
            return
        }
    }

    @Test func `an invocation of ours is understood`() throws {
        let bytes = try openAI(#","top_p":0.5"#).invocation(id: "req-1", sessionID: "s", model: "m", row: nil)
        guard case .invoke("req-1", "m", let document) = try AgentFrame(parsing: bytes) else {
            Issue.record("not invoke")
            return
        }
        #expect(document.bytes == bytes)
        let conversation = Conversation(messages: try #require(document.root["messages"]))
        #expect(conversation.lastUserText == "Hi")
    }

    @Test(arguments: [
        #"{"type":"model_result","id":"r","choices":[{"message":{"content":"a"}}],"usage":null}"#,
        #"{"type":"model_result","id":"r","status":"ok","result":{"choices":[{"message":{}}],"model":"m"}}"#,
    ])
    func `a result is understood in both shapes`(frame: String) throws {
        guard case .result("r", let result) = try parse(frame) else {
            Issue.record("not result")
            return
        }
        #expect(result.choices.elements.count == 1)
        #expect(result.usage == nil)
    }

    @Test func `a result's usage is taken if it can be`() throws {
        let start = #"{"type":"model_result","id":"r","choices":[{"message":{}}],"usage":"#
        guard
            case .result(_, let result) = try parse(
                start + #"{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"x":1}}"#
            )
        else {
            Issue.record("not result")
            return
        }
        #expect(result.usage?.totalTokens == 7)
        #expect(result.usage?.isExact == true)
        for usage in ["{}", "7", #"{"prompt_tokens":-1,"completion_tokens":1}"#, #"{"prompt_tokens":1.5}"#] {
            guard case .result(_, let result) = try parse(start + usage + "}") else {
                Issue.record("not result")
                return
            }
            #expect(result.usage == nil)
        }
    }

    struct Piece: Sendable {
        let frame: String
        var delta: String?
        var reason: String?
        var isFinished = false

        init(_ frame: String, _ delta: String?, _ reason: String? = nil, isFinished: Bool = false) {
            (self.frame, self.delta, self.reason, self.isFinished) = (frame, delta, reason, isFinished)
        }
    }

    @Test(arguments: [
        Piece(#""chunk":{"delta":{"content":"a"}},"finished":false"#, #"{"content":"a"}"#),
        Piece(#""chunk":{"delta":{"content":"a"},"finish_reason":null}"#, #"{"content":"a"}"#),
        Piece(
            #""chunk":{"delta":{},"finish_reason":"stop"},"finished":true"#,
            "{}",
            "stop",
            isFinished: true
        ),
        Piece(#""chunk":{"delta":{},"finish_reason":"stop"}"#, "{}", "stop"),
        Piece(#""chunk":{},"finished":true"#, nil, isFinished: true),
        Piece(#""finished":true"#, nil, isFinished: true),
        Piece(#""chunk":null,"finished":true"#, nil, isFinished: true),
        Piece(
            #""chunk":{"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant"}}]}"#,
            #"{"role":"assistant"}"#
        ),
        Piece(
            #""chunk":{"choices":[{"delta":{"content":"b"},"finish_reason":"length"}]}"#,
            #"{"content":"b"}"#,
            "length"
        ),
        Piece(#""chunk":{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#, nil),
        Piece(#""chunk_index":3,"delta":{"content":"c"},"finish_reason":null"#, #"{"content":"c"}"#),
        Piece(#""delta":{},"finish_reason":"stop""#, "{}", "stop", isFinished: true),
        Piece(#""delta":null,"finished":false"#, nil),
    ])
    func `a chunk is understood in all its shapes`(piece: Piece) throws {
        guard
            case .chunk("r", let chunk) = try parse(
                #"{"type":"model_stream_chunk","id":"r",\#(piece.frame)}"#
            )
        else {
            Issue.record("not chunk")
            return
        }
        #expect((chunk.pieces.first?.object).map { text(Array($0.raw)) } == piece.delta)
        #expect(chunk.pieces.first?.finishReason == piece.reason)
        #expect((chunk.isFinished || chunk.endsByReason && piece.reason != nil) == piece.isFinished)
    }

    @Test func `a chunk need not have an id`() throws {
        guard case .chunk(nil, _) = try parse(#"{"type":"model_stream_chunk","chunk":{"delta":{}}}"#) else {
            Issue.record("not chunk")
            return
        }
    }

    @Test(arguments: [
        (#""error":"broken""#, nil, "broken"),
        (#""error":{"code":"c","message":"m","details":[]}"#, "c", "m"),
        (#""error":{"message":7}"#, nil, "it gave no reason"), (#""message":"top""#, nil, "top"),
        ("\"x\":1", nil, "it gave no reason"), (#""error":"""#, nil, "it gave no reason"),
        (#""error":"\#(String(repeating: "é", count: 2000))""#, nil, String(repeating: "é", count: 1000)),
    ])
    func `an error is understood however it is put`(members: String, code: String?, message: String) throws {
        guard
            case .error("r", let foundCode, let found) = try parse(#"{"type":"error","id":"r",\#(members)}"#)
        else {
            Issue.record("not error")
            return
        }
        #expect(foundCode == code)
        #expect(found == message)
    }

    @Test(arguments: ["error", "timeout"])
    func `a result that failed is an error`(status: String) throws {
        let frame = #"{"type":"model_result","id":"r","status":"\#(status)","error":{"message":"m"}}"#
        guard case .error("r", status, "m") = try parse(frame) else {
            Issue.record("not error")
            return
        }
    }

    @Test func `control frames are written and read`() throws {
        #expect(text(AgentFrameWriter.cancel(id: "r")) == #"{"type":"cancel","id":"r"}"#)
        #expect(text(AgentFrameWriter.ping(milliseconds: 5)) == #"{"type":"ping","timestamp":5}"#)
        #expect(
            text(AgentFrameWriter.pong(timestamp: Array("5.0".utf8))) == #"{"type":"pong","timestamp":5.0}"#
        )
        #expect(text(AgentFrameWriter.pong(timestamp: nil)) == #"{"type":"pong"}"#)
        let error = AgentFrameWriter.error(id: nil, code: "unauthorized", message: "no")
        #expect(text(error) == #"{"type":"error","error":{"code":"unauthorized","message":"no"}}"#)
        guard case .cancel("r") = try parse(#"{"type":"cancel","id":"r"}"#),
            case .ping(let ping) = try parse(#"{"type":"ping","timestamp":1767225600000}"#),
            case .pong(nil) = try parse(#"{"type":"pong"}"#),
            case .ping(nil) = try parse(#"{"type":"ping","timestamp":{"a":1}}"#),
            case .error(nil, "unauthorized", "no") = try AgentFrame(parsing: error)
        else {
            Issue.record("not understood")
            return
        }
        #expect(ping.map(text) == "1767225600000")
    }

    @Test func `answers of text are written`() {
        #expect(
            text(AgentFrameWriter.result(id: "r", text: "a\n"))
                == #"{"type":"model_result","id":"r","choices":[{"index":0,"message":{"role":"assistant","#
                + #""content":"a\n"},"finish_reason":"stop"}]}"#
        )
        #expect(
            text(AgentFrameWriter.chunk(id: "r", text: "a"))
                == #"{"type":"model_stream_chunk","id":"r","chunk":{"delta":{"content":"a"}},"finished":false}"#
        )
        #expect(
            text(AgentFrameWriter.chunk(id: "r", text: "", finishReason: "stop"))
                == #"{"type":"model_stream_chunk","id":"r","chunk":{"delta":{},"finish_reason":"stop"},"finished":true}"#
        )
        #expect(
            text(AgentFrameWriter.error(id: "r", code: "exit", message: "m"))
                == #"{"type":"error","id":"r","error":{"code":"exit","message":"m"}}"#
        )
    }

    @Test(arguments: ["request_access", "Register", "model_stream_chunk ", "x"])
    func `an unknown type is no fault`(type: String) throws {
        guard case .unknown(type) = try parse(#"{"type":"\#(type)","models":7}"#) else {
            Issue.record("known")
            return
        }
    }

    @Test func `64 models and 128 bytes are within the limits`() throws {
        let id = String(repeating: "é", count: 64)
        let models = (0..<64).map { "model-\($0)" }
        let frame = AgentFrameWriter.register(agentID: id, token: nil, models: models)
        guard case .register(id, nil, models) = try AgentFrame(parsing: frame) else {
            Issue.record("refused")
            return
        }
    }
}
