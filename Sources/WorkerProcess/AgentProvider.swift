import Gateway
import IPC
import JSON

/// Answers through an agent that is connected to the bridge.
final class AgentProvider: Provider {
    private let bridge: BridgeLink

    init(_ bridge: BridgeLink) { self.bridge = bridge }

    func begin(_ call: ModelCall) async throws(GatewayError) -> any Answer {
        let id = "\(call.id)"
        let head = JSONWriter.object {
            $0.member("id", id)
            $0.member("model", call.model)
        }
        let invocation = call.request.invocation(
            id: id,
            sessionID: "sess-\(id)",
            model: call.model,
            row: call.row
        )
        guard let stream = await bridge.open(head: head, body: invocation) else {
            throw bridge.isUp ? .overloaded : .agentUnavailable(model: call.request.model)
        }
        return AgentAnswer(stream, model: call.request.model)
    }
}

private final class AgentAnswer: Answer {
    private let stream: DataStream
    private let model: String
    private var interruption: AnswerStep?
    /// The whole answer came with the end.
    private var hasEnded = false

    init(_ stream: DataStream, model: String) {
        self.stream = stream
        self.model = model
    }

    func next(atMost limit: Duration) async throws(GatewayError) -> AnswerStep? {
        if let interruption { return interruption }
        if hasEnded { return .ended }
        guard let event = await stream.next(atMost: limit) else { return nil }
        if let interruption { return interruption }
        switch event {
        case .chunk(let value): return try step(value)
        case .end(let value):
            hasEnded = true
            return value.isNull ? .ended : try step(value)
        case .failed(let code, let message): return .failed(error(code, message))
        case .cancelled: return .abandoned
        case .lost: return .failed(.agentFailed(message: "the connection to the agent was lost; try again"))
        }
    }

    func interrupt(_ step: AnswerStep) {
        interruption = step
        stream.interrupt(.cancelled)
    }

    func cancel() { stream.cancel() }

    private func step(_ value: JSONValue) throws(GatewayError) -> AnswerStep {
        do throws(AgentFrameError) {
            guard let frame = try AgentFrame(answer: value), let event = AnswerEvent(frame) else {
                throw .invalid(member: "type", reason: "is no part of an answer")
            }
            return .event(event)
        } catch {
            throw .agentFailed(message: error.description)
        }
    }

    private func error(_ code: String, _ message: String) -> GatewayError {
        switch code {
        case "agent_unavailable": .agentUnavailable(model: model)
        case "agent_overloaded": .overloaded
        case "request_too_large": .requestTooLarge(limit: AgentFrame.messageLimit)
        default: .agentFailed(message: message)
        }
    }
}
