import Gateway
import IPC
import JSON

/// Answers through an agent that is connected to the bridge.
final class AgentProvider: Provider {
    private let bridge: StandingLink

    init(_ bridge: StandingLink) { self.bridge = bridge }

    func begin(_ call: ModelCall, _ asked: ChatRequest) async throws(GatewayError) -> any Answer {
        let id = "\(call.id)"
        let head = JSONWriter.object {
            $0.member("id", id)
            $0.member("model", call.model)
        }
        let invocation = asked.invocation(
            id: id,
            sessionID: call.session,
            model: call.model,
            row: call.row
        )
        let request = AgentRequest(bridge: bridge, head: head, body: invocation, model: call.asked)
        return AgentAnswer(try await request.open(), for: request)
    }
}

/// What is put to an agent; as often as no bridge has taken it.
private struct AgentRequest {
    let bridge: StandingLink
    let head: [UInt8]
    let body: [UInt8]
    /// The name that the client asked for.
    let model: String

    func open() async throws(GatewayError) -> DataStream {
        if let stream = await bridge.open(kind: "model", head: head, body: body) { return stream }
        throw bridge.isUp ? .overloaded : .agentUnavailable(model: model)
    }
}

private final class AgentAnswer: Answer {
    private var stream: DataStream
    /// Nil once something of the answer has come: then it is never put to anybody else.
    private var request: AgentRequest?
    private let model: String
    private var interruption: AnswerStep?
    /// The whole answer came with the end.
    private var hasEnded = false

    init(_ stream: DataStream, for request: AgentRequest) {
        self.stream = stream
        self.request = request
        model = request.model
    }

    func next(atMost limit: Duration) async throws(GatewayError) -> AnswerStep? {
        while true {
            if let interruption { return interruption }
            if hasEnded { return .ended }
            guard let event = await stream.next(atMost: limit) else { return nil }
            if let interruption { return interruption }
            guard case .failed(DataStream.leaving, _) = event, let request else { return try step(event) }
            stream = try await request.open()
        }
    }

    @inline(never)
    private func step(_ event: DataEvent) throws(GatewayError) -> AnswerStep {
        request = nil
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
